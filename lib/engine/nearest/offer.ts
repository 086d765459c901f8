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

/** Enters into the shortlists what of a block belongs there. */
export function offer(search: Search, shortlists: Shortlists, view: View): void {
  const hits = findHits(search, shortlists, view)
  if (hits.query.length === 0) return
  const scores = view.pick(scorePlaces(hits, view))
  for (let hit = 0; hit < hits.query.length; hit++) {
    const query = view.queries.start + hits.query[hit]!
    const first = view.references.start + hits.segment[hit]! * SEGMENT
    const end = Math.min(first + SEGMENT, view.references.start + view.references.count)
    const from = search.excludedFrom[query]!
    const to = search.excludedTo[query]!
    for (let place = first; place < end; place++) {
      if (place < from || place >= to) enter(shortlists, query, place, scores[hit * SEGMENT + place - first]!)
    }
  }
}

/** Query and segment numbers inside the block. */
interface Hits {
  readonly query: number[]
  readonly segment: number[]
}

/** Segments whose best score could enter the query's shortlist. */
function findHits(search: Search, shortlists: Shortlists, view: View): Hits {
  const hits: Hits = {query: [], segment: []}
  const segments = Math.ceil(view.references.count / SEGMENT)
  const [queryStep, segmentStep] = view.maximumSteps
  const eligible = new Float32Array(segments)
  for (let q = 0; q < view.queries.count; q++) {
    const query = view.queries.start + q
    // In segments: those that hold excluded references begin at `touched` and end before `untouched`, `gone` to `left` are nothing else.
    const from = (search.excludedFrom[query]! - view.references.start) / SEGMENT
    const to = (search.excludedTo[query]! - view.references.start) / SEGMENT
    const maximum = (segment: number) => view.maxima[q * queryStep + segment * segmentStep]!
    let bound = entryScore(shortlists, query)
    if (bound === Number.NEGATIVE_INFINITY) {
      let count = 0
      for (let s = 0; s < segments; s++) if (s + 1 <= from || s >= to) eligible[count++] = maximum(s)
      bound = largest(eligible.subarray(0, count), shortlists.capacity)
    }
    for (let s = 0; s < segments; s++) {
      if (maximum(s) >= bound && !(s >= from && s + 1 <= to)) {
        hits.query.push(q)
        hits.segment.push(s)
      }
    }
  }
  return hits
}

/** The n-th largest value: so many segments hold a score at least as good, so no worse one can stay. */
function largest(values: Float32Array, n: number): number {
  return values.length < n ? Number.NEGATIVE_INFINITY : values.sort()[values.length - n]!
}

function scorePlaces({query, segment}: Hits, {scoreSteps}: View): Int32Array {
  const places = new Int32Array(query.length * SEGMENT)
  const [queryStep, step] = scoreSteps
  let at = 0
  for (let hit = 0; hit < query.length; hit++) {
    const first = query[hit]! * queryStep + segment[hit]! * SEGMENT * step
    for (let i = 0; i < SEGMENT; i++) places[at++] = first + i * step
  }
  return places
}
