import {openRandom} from '../../random.ts'
import type {DescribedImages, QueryRows} from '../facts.ts'
import {distancesFrom, nearestPlaces} from './distances.ts'

/** An image with its nearest others. */
export interface Recovery {
  readonly query: number
  readonly neighbours: readonly {readonly id: number; readonly distance: number; readonly isRight: boolean}[]
}

/** Images drawn from a fixed seed, and the surest mistakes: those whose nearest image is nearest although of another class. */
export function chooseQueries(queries: QueryRows, count: number): {drawn: number[]; mistakes: number[]} {
  const {id, nearestDistance, precisionAt1} = queries
  const wrong = [...id.keys()].filter((row) => precisionAt1[row] === 0)
  const surest = wrong.sort((a, b) => nearestDistance[a]! - nearestDistance[b]! || a - b).slice(0, count)
  return {
    drawn: openRandom(0, 'report', 'gallery')
      .shuffled([...id])
      .slice(0, count),
    mistakes: surest.map((row) => id[row]!),
  }
}

/** The `count` nearest others of each image, exactly, nearest first. */
export function recover(set: DescribedImages, queries: readonly number[], count: number): Recovery[] {
  const rowOf = new Map(Array.from(set.id, (id, row) => [id, row]))
  const all = Array.from(set.id, (_, row) => row)
  return queries.flatMap((query) => {
    const row = rowOf.get(query)
    if (row === undefined) return [] // of another table than the descriptors
    const distances = distancesFrom(set, row, all)
    const neighbours = nearestPlaces(distances, count, row).map((other) => ({
      id: set.id[other]!,
      distance: distances[other]!,
      isRight: set.label[other] === set.label[row],
    }))
    return [{query, neighbours}]
  })
}
