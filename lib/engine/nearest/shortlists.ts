/** The best references of every query seen so far: per query a binary heap with its worst entry on top. */
export interface Shortlists {
  readonly capacity: number
  /** [queries, capacity], place of the reference. */
  readonly places: Int32Array
  /** [queries, capacity], larger is nearer. */
  readonly scores: Float32Array
  readonly sizes: Int32Array
}

export function openShortlists(queries: number, capacity: number): Shortlists {
  return {
    capacity,
    places: new Int32Array(queries * capacity),
    scores: new Float32Array(queries * capacity),
    sizes: new Int32Array(queries),
  }
}

/** A score below this cannot enter the query's shortlist any more. */
export function entryScore({scores, sizes, capacity}: Shortlists, query: number): number {
  return sizes[query]! < capacity ? Number.NEGATIVE_INFINITY : scores[query * capacity]!
}

/** Enters a reference into a query's shortlist if it is better than the worst one there. */
export function enter(lists: Shortlists, query: number, place: number, score: number): void {
  const base = query * lists.capacity
  if (lists.sizes[query]! < lists.capacity) {
    rise(lists, base, lists.sizes[query]!++, place, score)
  } else if (score > lists.scores[base]!) {
    sink(lists, base, place, score)
  }
}

/** Puts an entry at the heap's end and moves it up past better ones. */
function rise({scores, places}: Shortlists, base: number, end: number, place: number, score: number): void {
  let at = end
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (scores[base + parent]! <= score) break
    scores[base + at] = scores[base + parent]!
    places[base + at] = places[base + parent]!
    at = parent
  }
  scores[base + at] = score
  places[base + at] = place
}

/** Puts an entry in place of the top one and moves it down past worse ones. */
function sink({scores, places, capacity}: Shortlists, base: number, place: number, score: number): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= capacity) break
    if (child + 1 < capacity && scores[base + child + 1]! < scores[base + child]!) child++
    if (scores[base + child]! >= score) break
    scores[base + at] = scores[base + child]!
    places[base + at] = places[base + child]!
    at = child
  }
  scores[base + at] = score
  places[base + at] = place
}
