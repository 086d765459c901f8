import {free} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {add, columnSums} from './elementwise.ts'
import {matMul} from './matrix.ts'

/** x W^T + b of rows [images, inputs], with W [outputs, inputs] and b [outputs] as PyTorch has them. Consumes its input. */
export function linear(x: Value, weight: Parameter, bias: Parameter, tape?: Tape): Value {
  const product = matMul(x.raw, weight.raw, {transposeB: true})
  const output = new Value(add(product, bias.raw))
  free(product)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      weight.addGradient(matMul(gradient, x.raw, {transposeA: true}))
      bias.addGradient(columnSums(gradient))
      x.addGradient(matMul(gradient, weight.raw))
      free(gradient)
    },
  })
  x.release()
  return output
}
