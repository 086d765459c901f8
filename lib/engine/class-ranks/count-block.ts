import {distance} from '../nearest/exact.ts'
import type {Search} from '../nearest/search.ts'
import type {Counts} from './counts.ts'

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
