import {free} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {cast, columnSums, multiply, reshape} from './elementwise.ts'

/**
 * Every channel times a trained factor (Touvron et al. 2021), of [images, …, channels]; the factors have as many numbers in any shape.
 * Consumes its input.
 */
export function layerScale(x: Value, factors: Parameter, tape?: Tape): Value {
  const rowOfFactors = () => {
    const row = reshape(factors.raw, [-1])
    const typed = cast(row, x.raw.dtype)
    free(row)
    return typed
  }
  const row = rowOfFactors()
  const output = new Value(multiply(x.raw, row))
  free(row)
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const products = multiply(gradient, x.raw)
      const sums = columnSums(products)
      factors.addGradient(reshape(sums, factors.raw.shape))
      const again = rowOfFactors()
      x.addGradient(multiply(gradient, again))
      free(gradient, products, sums, again)
    },
  })
  x.release()
  return output
}
