import type {PairList, Tuples} from './tuples.ts'
import type {Vectors} from './vectors.ts'

export interface MeanDistances {
  readonly positiveDistance: number
  readonly negativeDistance: number
}

/** Mean Euclidean distances at unit length of the positive and of the negative pairs, of each as often as it is compared; NaN of none. */
export function meanDistances(vectors: Vectors, tuples: Tuples): MeanDistances {
  const {triplets} = tuples
  const distance = openChord(vectors)
  if (triplets === undefined) {
    return {positiveDistance: meanOf(tuples.positives, distance), negativeDistance: meanOf(tuples.negatives, distance)}
  }
  let [count, positive, negative] = [0, 0, 0]
  triplets.each((anchor, p, n) => {
    count++
    positive += distance(anchor, p)
    negative += distance(anchor, n)
  })
  return {positiveDistance: positive / count, negativeDistance: negative / count}
}

type Chord = (row: number, column: number) => number

function openChord(vectors: Vectors): Chord {
  const {products} = vectors.gram('unit')
  return (row, column) => Math.sqrt(Math.max(0, 2 - 2 * products[row * vectors.columns + column]!))
}

function meanOf({start, other}: PairList, distance: Chord): number {
  let sum = 0
  for (let row = 0; row + 1 < start.length; row++) {
    for (let i = start[row]!; i < start[row + 1]!; i++) sum += distance(row, other[i]!)
  }
  return sum / other.length
}
