import {free} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {convolve} from './convolution.ts'
import {cast, columnSums} from './elementwise.ts'
import {convolutionGradients} from './unit.ts'

/**
 * Every channel of a map [images, height, width, channels] convolved with a kernel of its own [size, size, 1, channels], stride 1, and a
 * bias: a convolution that no batch norm follows. Consumes its input.
 */
export function biasedDepthwise(x: Value, kernel: Parameter, bias: Parameter, tape?: Tape): Value {
  const dtype = x.raw.dtype
  const [weights, shift] = [cast(kernel.raw, dtype), cast(bias.raw, dtype)]
  const output = new Value(convolve(x.raw, weights, 1, shift))
  free(weights, shift)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const again = cast(kernel.raw, dtype)
      kernel.addGradient(convolutionGradients(x, again, gradient, 1))
      bias.addGradient(columnSums(gradient))
      free(gradient, again)
    },
  })
  x.release()
  return output
}
