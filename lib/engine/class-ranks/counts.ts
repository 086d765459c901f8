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

/** Scores of some queries against some references, by their places; row by row, `width` apart. */
export interface ScoreBlock {
  readonly queries: {readonly start: number; readonly count: number}
  readonly references: {readonly start: number; readonly count: number}
  readonly scores: Float32Array
  readonly width: number
}

/** Counts the references of other classes in a block. */
export function countBlock(search: Search, counts: Counts, block: ScoreBlock): void {
  const {queries, references} = block
  for (let q = 0; q < queries.count; q++) {
    const place = queries.start + q
    const first = references.start
    const last = references.start + references.count
    const [ownFrom, ownTo] = [search.excludedFrom[place]!, search.excludedTo[place]!]
    const isLone = counts.offsets[place - counts.from] === counts.offsets[place - counts.from + 1]
    const count = isLone ? findNearest : countRun
    count(search, counts, block, q, first, Math.min(last, ownFrom))
    count(search, counts, block, q, Math.max(first, ownTo), last)
  }
}

/** References at places `first` to `last` of the query in row `q` of the block. */
function countRun(search: Search, counts: Counts, block: ScoreBlock, q: number, first: number, last: number): void {
  const {scores, margin, between} = counts
  const place = block.queries.start + q
  const begin = counts.offsets[place - counts.from]!
  const end = counts.offsets[place - counts.from + 1]!
  const {table, starts, base, scale} = counts.bins
  const query = place - counts.from
  const firstBin = starts[query]!
  const lastBin = starts[query + 1]! - 1
  const [lowest, perScore] = [base[query]!, scale[query]!]
  const shift = q * block.width - block.references.start
  const blockScores = block.scores
  for (let at = first; at < last; at++) {
    const score = blockScores[shift + at]!
    if (score < lowest) continue // farther than all of the class
    const bin = firstBin + (((score - lowest) * perScore) | 0)
    const known = table[Math.min(bin, lastBin)]!
    if (known >= 0) {
      between[begin + known]!++
      if (known === 0) consider(search, counts, place, at, score)
      continue
    }
    // The first one of its class that may be farther: all before it are nearer, whatever the rounding.
    let [low, high] = [begin, end]
    const upper = score + margin
    while (low < high) {
      const middle = (low + high) >> 1
      if (scores[middle]! > upper) low = middle + 1
      else high = middle
    }
    if (low < end && scores[low]! >= score - margin) low = decide(search, counts, place, at, low, end, score)
    if (low < end) between[low]!++
    if (low === begin) consider(search, counts, place, at, score)
  }
}

/** A query that is alone in its class only wants to know who is nearest. */
function findNearest(search: Search, counts: Counts, block: ScoreBlock, q: number, first: number, last: number): void {
  const shift = q * block.width - block.references.start
  for (let at = first; at < last; at++) consider(search, counts, block.queries.start + q, at, block.scores[shift + at]!)
}

/** Takes a reference of another class as the nearest so far, if it is: by exact distance, then by id. */
function consider(search: Search, counts: Counts, place: number, at: number, score: number): void {
  const {nearestIds, nearestDistances, margin, from} = counts
  const query = place - from
  const least = nearestDistances[query]!
  if (score < -(least * least) / 2 - margin) return
  const row = search.referenceRows[at]!
  const exact = distance(search, search.queryRows[place]!, row)
  const id = search.references.id[row]!
  if (exact > least || (exact === least && id > nearestIds[query]!)) return
  nearestIds[query] = id
  nearestDistances[query] = exact
}

/** The same in float64 for a reference that is too close to one of the class to call. */
function decide(
  search: Search,
  {ids, distances, scores, margin}: Counts,
  place: number,
  at: number,
  low: number,
  end: number,
  score: number,
): number {
  const row = search.referenceRows[at]!
  const exact = distance(search, search.queryRows[place]!, row)
  const id = search.references.id[row]!
  let first = low
  while (first < end && scores[first]! >= score - margin) {
    if (exact < distances[first]! || (exact === distances[first]! && id < ids[first]!)) break
    first++
  }
  return first
}

/** Where some of the queries find their class; one after the other as in `rows`. */
export interface ClassRanks {
  /** Rows of the queries. */
  readonly rows: Int32Array
  /** [rows + 1], where the ranks of each query begin. */
  readonly offsets: Int32Array
  /** Ranks from 1 among all references but the query's own id, ascending. */
  readonly ranks: Int32Array
  /** [rows], references of the query's class. */
  readonly relevant: Int32Array
  /** [rows], the nearest reference of any class, -1 where there is none, and its distance. */
  readonly nearestIds: Int32Array
  readonly nearestDistances: Float64Array
}

/** Ranks from the counts: those of its class before it, those of other classes before it, and one. */
export function ranksOf(search: Search, counts: Counts): ClassRanks {
  const {from, to, offsets, between, nearestIds, nearestDistances} = counts
  const ranks = new Int32Array(between.length)
  for (let query = 0; query < to - from; query++) {
    let others = 0
    for (let at = offsets[query]!; at < offsets[query + 1]!; at++) {
      others += between[at]!
      ranks[at] = at - offsets[query]! + 1 + others
    }
  }
  return {
    rows: search.queryRows.slice(from, to),
    offsets,
    ranks,
    relevant: Int32Array.from({length: to - from}, (_, query) => offsets[query + 1]! - offsets[query]!),
    nearestIds,
    nearestDistances,
  }
}
