import {fromHost, type Raw, read} from '../../engine/op.ts'
import type {Space, Vectors} from '../vectors.ts'

/** (sum over i of |x_i - y_i|^p)^(1/p), pair by pair: no product of matrices gives it. No gradient where two vectors coincide. */
export function openLp(vectors: Vectors, space: Space, p: number) {
  const {rows, columns, dim} = vectors
  const all = read(vectors.allColumns(space)) as Float32Array
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let i = 0; i < dim; i++) sum += Math.abs(all[row * dim + i]! - all[column * dim + i]!) ** p
      values[row * columns + column] = sum ** (1 / p)
    }
  }
  const gradient = new Float32Array(values.length)
  const backward = (): Raw => {
    const result = new Float32Array(rows * dim)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column
        const [share, distance] = [gradient[place]!, values[place]!]
        if (share === 0 || distance === 0) continue
        for (let i = 0; i < dim; i++) {
          const difference = all[row * dim + i]! - all[column * dim + i]!
          const pull = share * Math.sign(difference) * (Math.abs(difference) / distance) ** (p - 1)
          result[row * dim + i]! += pull
          if (column < rows) result[column * dim + i]! -= pull
        }
      }
    }
    return vectors.fromTensor(space, fromHost(result, [rows, dim]))
  }
  return {rows, columns, values, sign: 1 as const, gradient, backward}
}
