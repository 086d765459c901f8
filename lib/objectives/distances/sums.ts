import {read} from '../../engine/op.ts'
import type {Space, Vectors} from '../vectors.ts'

/** Sum of the numbers of every column's vector. */
export function sumsOf(vectors: Vectors, space: Space): Float64Array {
  const {columns, dim} = vectors
  const values = read(vectors.allColumns(space)) as Float32Array
  return Float64Array.from({length: columns}, (_, column) => {
    let sum = 0
    for (let i = column * dim; i < (column + 1) * dim; i++) sum += values[i]!
    return sum
  })
}
