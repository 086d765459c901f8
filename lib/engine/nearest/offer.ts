import type {Search} from './search.ts'
import {enter, entryScore, type Shortlists} from './shortlists.ts'

/** References whose scores are first judged by their maximum. */
export const SEGMENT = 16

/** A block of scores seen from one of its sides. A pair of steps says how far apart in memory [queries, segments or scores] lie. */
export interface View {
  /** Places of the queries and references of this block. */
  readonly queries: {readonly start: number; readonly count: number}
  readonly references: {readonly start: number; readonly count: number}
  readonly maxima: Float32Array
  readonly maximumSteps: readonly [number, number]
  readonly scoreSteps: readonly [number, number]
  /** Fetches single scores of the block. */
  readonly pick: (at: Int32Array) => Float32Array
}

/** Segments whose scores are fetched at once, a megabyte: [queries, segments] of the block, and the places of their scores. */
export interface Hits {
  count: number
  readonly query: Int32Array
  readonly segment: Int32Array
  readonly places: Int32Array
}

const HITS = 2 ** 14

export function openHits(): Hits {
  return {count: 0, query: new Int32Array(HITS), segment: new Int32Array(HITS), places: new Int32Array(HITS * SEGMENT)}
}

/** Enters into the shortlists what of a block belongs there. `hits` is room to work in. */
export function offer(search: Search, shortlists: Shortlists, view: View, hits: Hits): void {
  const {queries, references, maxima} = view
  const segments = Math.ceil(references.count / SEGMENT)
  const eligible = new Float32Array(segments)
  const [queryStep, segmentStep] = view.maximumSteps
  for (let q = 0; q < queries.count; q++) {
    // Excluded references in units of segments of this block: a segment may be part, or nothing but, of them.
    const from = (search.excludedFrom[queries.start + q]! - references.start) / SEGMENT
    const to = (search.excludedTo[queries.start + q]! - references.start) / SEGMENT
    const row = q * queryStep
    let bound = entryScore(shortlists, queries.start + q)
    if (bound === Number.NEGATIVE_INFINITY) {
      let count = 0
      for (let s = 0; s < segments; s++)
        if (s + 1 <= from || s >= to) eligible[count++] = maxima[row + s * segmentStep]!
      bound = largest(eligible.subarray(0, count), shortlists.capacity)
    }
    for (let s = 0; s < segments; s++) {
      if (maxima[row + s * segmentStep]! >= bound && !(s >= from && s + 1 <= to)) {
        if (hits.count === HITS) enterHits(search, shortlists, view, hits)
        hits.query[hits.count] = q
        hits.segment[hits.count++] = s
      }
    }
  }
  enterHits(search, shortlists, view, hits)
}

/** Looks at the single scores of the segments collected, and empties the collection. */
function enterHits(search: Search, shortlists: Shortlists, view: View, hits: Hits): void {
  if (hits.count === 0) return
  const scores = view.pick(scorePlaces(hits, view))
  for (let hit = 0; hit < hits.count; hit++) {
    const query = view.queries.start + hits.query[hit]!
    const first = view.references.start + hits.segment[hit]! * SEGMENT
    const end = Math.min(first + SEGMENT, view.references.start + view.references.count)
    const from = search.excludedFrom[query]!
    const to = search.excludedTo[query]!
    for (let place = first; place < end; place++) {
      if (place < from || place >= to) enter(shortlists, query, place, scores[hit * SEGMENT + place - first]!)
    }
  }
  hits.count = 0
}

/** The n-th largest value: so many segments hold a score at least as good, so no worse one can stay. */
function largest(values: Float32Array, n: number): number {
  return values.length < n ? Number.NEGATIVE_INFINITY : values.sort()[values.length - n]!
}

function scorePlaces({count, query, segment, places}: Hits, {scoreSteps}: View): Int32Array {
  const [queryStep, step] = scoreSteps
  let at = 0
  for (let hit = 0; hit < count; hit++) {
    const first = query[hit]! * queryStep + segment[hit]! * SEGMENT * step
    for (let i = 0; i < SEGMENT; i++) places[at++] = first + i * step
  }
  return places.subarray(0, at)
}
