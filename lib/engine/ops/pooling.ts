// From a feature map [images, height, width, channels] to one float32 vector an image, with gradients on the tape.
import {bool, FLOAT, free, INT32, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {cast, divide, filled, ints, multiply, reshape} from './elementwise.ts'

/** SPoC (Babenko and Lempitsky 2015): the mean over positions. Consumes its input. */
export function spoc(map: Value, tape?: Tape): Value {
  const [, height, width, channels] = map.raw.shape as [number, number, number, number]
  const dtype = map.raw.dtype
  const exact = cast(map.raw, FLOAT)
  const output = new Value(overPositions('Mean', exact))
  free(exact)
  tape?.record({
    output,
    kept: [],
    backward: (gradient) => {
      const images = gradient.shape[0]!
      const share = filled(1 / (height * width), [])
      const each = multiply(gradient, share)
      map.addGradient(toMap(each, dtype, [images, height, width, channels]))
      free(gradient, share, each)
    },
  })
  map.release()
  return output
}

/** MAC (Tolias et al. 2016): the maximum over positions. Equal maxima share the gradient, as in torch.amax. Consumes its input. */
export function mac(map: Value, tape?: Tape): Value {
  const largest = overPositions('Max', map.raw)
  const output = new Value(cast(largest, FLOAT))
  free(largest)
  tape?.record({
    output,
    kept: [map, output],
    backward: (gradient) => {
      map.addGradient(macGradient(gradient, map.raw, output.raw))
      free(gradient)
    },
  })
  map.release()
  return output
}

function macGradient(gradient: Raw, map: Raw, largest: Raw): Raw {
  const peaks = toMap(largest, map.dtype, map.shape)
  const equal = run('Equal', [map, peaks], [type('T', map.dtype), bool('incompatible_shape_error', true)])
  const winners = cast(equal, FLOAT)
  const count = overPositions('Sum', winners)
  const each = divide(gradient, count)
  const spread = toMap(each, FLOAT, map.shape)
  const exact = multiply(spread, winners)
  const result = cast(exact, map.dtype)
  free(peaks, equal, winners, count, each, spread, exact)
  return result
}

/** Mean, maximum or sum over height and width: [images, channels]. */
export function overPositions(operation: 'Mean' | 'Max' | 'Sum', map: Raw): Raw {
  const axes = ints([1, 2])
  const pooled = run(operation, [map, axes], [type('T', map.dtype), type('Tidx', INT32), bool('keep_dims', false)])
  free(axes)
  return pooled
}

/** Repeats a vector an image at every position. */
function toMap(vectors: Raw, dtype: number, shape: readonly number[]): Raw {
  const [images, , , channels] = shape as [number, number, number, number]
  const typed = cast(vectors, dtype)
  const single = reshape(typed, [images, 1, 1, channels])
  const wanted = ints(shape)
  const map = run('BroadcastTo', [single, wanted], [type('T', dtype), type('Tidx', INT32)])
  free(typed, single, wanted)
  return map
}
