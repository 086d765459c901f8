import {FLOAT, free, type Raw} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {add, cast, columnSums, reshape} from './elementwise.ts'
import {matMul} from './matrix.ts'

/**
 * x W^T + b over the last axis of [images, …, inputs], with W [outputs, inputs] and b [outputs] as PyTorch has them; computed in the type
 * of x. Consumes its input.
 */
export function linear(x: Value, weight: Parameter, bias: Parameter, tape?: Tape): Value {
  const [outputs, inputs] = weight.shape as [number, number]
  const dtype = x.raw.dtype
  const rows = reshape(x.raw, [-1, inputs])
  const [matrix, shift] = [cast(weight.raw, dtype), cast(bias.raw, dtype)]
  const product = matMul(rows, matrix, {transposeB: true})
  const sum = add(product, shift)
  const output = new Value(reshape(sum, [...x.raw.shape.slice(0, -1), outputs]))
  free(rows, matrix, shift, product, sum)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const upstream = reshape(gradient, [-1, outputs])
      weight.addGradient(weightGradient(upstream, x.raw))
      bias.addGradient(columnSums(upstream))
      x.addGradient(inputGradient(upstream, weight, x.raw.shape))
      free(gradient, upstream)
    },
  })
  x.release()
  return output
}

function weightGradient(gradient: Raw, x: Raw): Raw {
  const rows = reshape(x, [-1, x.shape.at(-1)!])
  const product = matMul(gradient, rows, {transposeA: true})
  const exact = cast(product, FLOAT)
  free(rows, product)
  return exact
}

function inputGradient(gradient: Raw, weight: Parameter, shape: readonly number[]): Raw {
  const matrix = cast(weight.raw, gradient.dtype)
  const product = matMul(gradient, matrix)
  const result = reshape(product, shape)
  free(matrix, product)
  return result
}
