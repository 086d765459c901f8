import {distance, scoreError} from '../nearest/exact.ts'
import type {Search} from '../nearest/search.ts'
import {type Bins, openBins} from './bins.ts'

/** What is known so far about the references of their class of the queries at places `from` to `to`. */
export interface Counts {
  readonly from: number
  readonly to: number
  /** [to - from + 1], where the references of each query begin. */
  readonly offsets: Int32Array
  /** Ids, nearest first, ties by ascending id. */
  readonly ids: Int32Array
  /** Exact distance of each. */
  readonly distances: Float64Array
  /** Its score: -distance^2 / 2. */
  readonly scores: Float64Array
  /** References of other classes found between it and the one before it. */
  readonly between: Int32Array
  /** By how much a score may be off. */
  readonly margin: number
  readonly bins: Bins
  /** [to - from], the nearest of all references found so far; -1 and Infinity where there is none yet. */
  readonly nearestIds: Int32Array
  readonly nearestDistances: Float64Array
}

/** Orders the references of each query's class, the query itself left out, by exact distance. */
export function openCounts(search: Search, from: number, to: number): Counts {
  const offsets = new Int32Array(to - from + 1)
  for (let place = from; place < to; place++) {
    offsets[place - from + 1] = offsets[place - from]! + countOwn(search, place)
  }
  const size = offsets[to - from]!
  const own = {
    from,
    offsets,
    ids: new Int32Array(size),
    distances: new Float64Array(size),
    scores: new Float64Array(size),
  }
  for (let place = from; place < to; place++) orderOwn(search, place, own)
  const margin = scoreError(search)
  const nearestOwn = offsets.subarray(0, to - from)
  const isLone = (_: number, query: number) => offsets[query] === offsets[query + 1]
  return {
    ...own,
    to,
    between: new Int32Array(size),
    margin,
    bins: openBins(offsets, own.scores, margin),
    nearestIds: nearestOwn.map((at, query) => (isLone(at, query) ? -1 : own.ids[at]!)),
    nearestDistances: Float64Array.from(nearestOwn, (at, query) =>
      isLone(at, query) ? Number.POSITIVE_INFINITY : own.distances[at]!,
    ),
  }
}

function countOwn({excludedFrom, excludedTo, references, queries, ...search}: Search, place: number): number {
  const id = queries.id[search.queryRows[place]!]
  let count = 0
  for (let other = excludedFrom[place]!; other < excludedTo[place]!; other++)
    if (references.id[search.referenceRows[other]!] !== id) count++
  return count
}

function orderOwn(
  search: Search,
  place: number,
  {from, offsets, ids, distances, scores}: Pick<Counts, 'from' | 'offsets' | 'ids' | 'distances' | 'scores'>,
): void {
  const row = search.queryRows[place]!
  const rows: number[] = []
  for (let other = search.excludedFrom[place]!; other < search.excludedTo[place]!; other++) {
    const reference = search.referenceRows[other]!
    if (search.references.id[reference] !== search.queries.id[row]) rows.push(reference)
  }
  const found = rows.map((reference) => ({
    id: search.references.id[reference]!,
    distance: distance(search, row, reference),
  }))
  found.sort((a, b) => a.distance - b.distance || a.id - b.id)
  const start = offsets[place - from]!
  for (const [i, one] of found.entries()) {
    ids[start + i] = one.id
    distances[start + i] = one.distance
    scores[start + i] = -(one.distance ** 2) / 2
  }
}
