import {fromHost, read} from '../../engine/op.ts'
import type {Regularizer} from './regularizer.ts'

export const of = 'embeddings'

/** Mean over rows of |sum of the row|. */
export const penalise: Regularizer<unknown> = ({rows: tensor}) => {
  const values = read(tensor) as Float32Array
  const [rows, dim] = tensor.shape as [number, number]
  const gradient = new Float32Array(values.length)
  let total = 0
  for (let row = 0; row < rows; row++) {
    const sum = values.subarray(row * dim, (row + 1) * dim).reduce((before, value) => before + value, 0)
    total += Math.abs(sum)
    gradient.fill(Math.sign(sum) / rows, row * dim, (row + 1) * dim)
  }
  return {value: total / rows, gradient: fromHost(gradient, tensor.shape)}
}
