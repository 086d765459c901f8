import {fromHost, read} from '../../engine/op.ts'
import type {lp} from './lp.card.ts'
import type {Regularizer, RegularizerParametersOf} from './regularizer.ts'

export const of = 'embeddings'

/** Mean over rows of |x|_p^power; a row of zeros has no direction, so no gradient. */
export const penalise: Regularizer<RegularizerParametersOf<typeof lp>> = ({rows: tensor}, {p, power}) => {
  const values = read(tensor) as Float32Array
  const [rows, dim] = tensor.shape as [number, number]
  const gradient = new Float32Array(values.length)
  let total = 0
  for (let row = 0; row < rows; row++) {
    const own = values.subarray(row * dim, (row + 1) * dim)
    const norm = own.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p)
    total += norm ** power
    if (norm === 0) continue
    const share = (power * norm ** (power - 1)) / rows
    own.forEach((value, i) => {
      gradient[row * dim + i] = share * Math.sign(value) * (Math.abs(value) / norm) ** (p - 1)
    })
  }
  return {value: total / rows, gradient: fromHost(gradient, tensor.shape)}
}
