import type {PairList} from './tuples.ts'
import type {Vectors} from './vectors.ts'

/** Mean Euclidean distance of pairs at unit length; NaN of none. */
export function meanDistance(vectors: Vectors, {start, other}: PairList): number {
  const {products} = vectors.gram('unit')
  let sum = 0
  for (let row = 0; row < vectors.rows; row++) {
    for (let i = start[row]!; i < start[row + 1]!; i++) {
      sum += Math.sqrt(Math.max(0, 2 - 2 * products[row * vectors.columns + other[i]!]!))
    }
  }
  return sum / other.length
}
