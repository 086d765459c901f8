import type {DescribedImages} from '../facts.ts'

type Vectors = Pick<DescribedImages, 'vectors' | 'dim'>

/**
 * Euclidean distances from one row to `rows`, [rows.length]. Differences are squared, not products subtracted: near 0, where
 * duplicates are looked for, the product form has lost all its digits in float32.
 */
export function distancesFrom({vectors, dim}: Vectors, row: number, rows: ArrayLike<number>): Float32Array {
  const own = vectors.subarray(row * dim, (row + 1) * dim)
  const distances = new Float32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * dim
    let sum = 0
    for (let at = 0; at < dim; at++) {
      const difference = own[at]! - vectors[start + at]!
      sum += difference * difference
    }
    distances[i] = Math.sqrt(sum)
  }
  return distances
}

/** Distance of two rows. */
export function distanceOf(set: Vectors, row: number, other: number): number {
  return distancesFrom(set, row, [other])[0]!
}

/** Places of the `count` smallest distances, nearest first; ties go to the smaller place; `without` is passed over. */
export function nearestPlaces(distances: Float32Array, count: number, without: number): number[] {
  const nearest: number[] = []
  for (let place = 0; place < distances.length; place++) {
    if (place === without) continue
    const distance = distances[place]!
    if (nearest.length === count && !(distance < distances[nearest.at(-1)!]!)) continue
    let at = nearest.length
    while (at > 0 && distance < distances[nearest[at - 1]!]!) at--
    nearest.splice(at, 0, place)
    if (nearest.length > count) nearest.pop()
  }
  return nearest
}
