import {free, type Raw} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {cast, multiply} from './elementwise.ts'

/**
 * A tensor times fixed factors, whose first axis is the image and whose other axes are those of the tensor or of length 1. Consumes the tensor and takes over the
 * factors, float32.
 */
export function masked(x: Value, factors: Raw, tape?: Tape): Value {
  const mask = new Value(cast(factors, x.raw.dtype), false)
  free(factors)
  const output = new Value(multiply(x.raw, mask.raw))
  tape?.record({
    output,
    kept: [mask],
    backward: (gradient) => {
      x.addGradient(multiply(gradient, mask.raw))
      free(gradient)
    },
  })
  x.release()
  mask.release()
  return output
}
