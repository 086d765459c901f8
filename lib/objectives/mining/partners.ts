import {type DistanceMatrix, openDistance} from '../distances.ts'
import type {DistanceSpec} from '../parameters/distance.ts'
import type {PairList, Tuples} from '../tuples.ts'
import type {Vectors} from '../vectors.ts'

/** An anchor that has others to be compared with, as columns of the distance matrix. */
export interface Anchor {
  readonly row: number
  readonly positives: Int32Array
  readonly negatives: Int32Array
}

/** The rows that have a positive and a negative, in ascending order; the others are no anchors. */
export function anchorsOf({positives, negatives}: Tuples): Anchor[] {
  const rows = positives.start.length - 1
  return Array.from({length: rows}, (_, row) => ({
    row,
    positives: partnersOf(positives, row),
    negatives: partnersOf(negatives, row),
  })).filter((anchor) => anchor.positives.length > 0 && anchor.negatives.length > 0)
}

/** The partners of a row, as columns. */
export function partnersOf({start, other}: PairList, row: number): Int32Array {
  return other.subarray(start[row]!, start[row + 1]!)
}

/** How far a column is from a row: larger is farther, whatever the distance, so a similarity counts with its sign turned. */
export type Farness = (row: number, column: number) => number

export function openFarness(vectors: Vectors, spec: DistanceSpec): Farness {
  return farnessOf(openDistance(vectors, spec))
}

export function farnessOf({values, columns, sign}: DistanceMatrix): Farness {
  return (row, column) => sign * values[row * columns + column]!
}

/** Of some columns the first that is farthest from a row; undefined: there are none. */
export function farthest(row: number, columns: Iterable<number>, far: Farness): number | undefined {
  return most(columns, (column) => far(row, column))
}

/** Of some columns the first that is nearest to a row; undefined: there are none. */
export function nearest(row: number, columns: Iterable<number>, far: Farness): number | undefined {
  return most(columns, (column) => -far(row, column))
}

function most(columns: Iterable<number>, worth: (column: number) => number): number | undefined {
  let best: number | undefined
  let bestWorth = Number.NEGATIVE_INFINITY
  for (const column of columns) {
    const own = worth(column)
    if (best !== undefined && own <= bestWorth) continue
    best = column
    bestWorth = own
  }
  return best
}
