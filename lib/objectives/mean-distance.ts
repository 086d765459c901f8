import type {PairList, Tuples} from './tuples.ts'
import type {Vectors} from './vectors.ts'

export interface MeanDistances {
  readonly positiveDistance: number
  readonly negativeDistance: number
}

/** Mean Euclidean distances at unit length of the positive and of the negative pairs, of each as often as it is compared; NaN of none. */
export function meanDistances(vectors: Vectors, tuples: Tuples): MeanDistances {
  const {triplets} = tuples
  const {products} = vectors.gram('unit')
  const {columns} = vectors
  if (triplets === undefined) {
    return {
      positiveDistance: meanOf(tuples.positives, products, columns),
      negativeDistance: meanOf(tuples.negatives, products, columns),
    }
  }
  const distance = (row: number, column: number) => chord(products[row * columns + column]!)
  let [count, positive, negative] = [0, 0, 0]
  triplets.each((anchor, p, n) => {
    count++
    positive += distance(anchor, p)
    negative += distance(anchor, n)
  })
  return {positiveDistance: positive / count, negativeDistance: negative / count}
}

function meanOf({start, other}: PairList, products: Float32Array, columns: number): number {
  let sum = 0
  for (let row = 0; row + 1 < start.length; row++) {
    const base = row * columns
    for (let i = start[row]!; i < start[row + 1]!; i++) sum += chord(products[base + other[i]!]!)
  }
  return sum / other.length
}

/** Distance of two unit vectors. */
function chord(product: number): number {
  return Math.sqrt(Math.max(0, 2 - 2 * product))
}
