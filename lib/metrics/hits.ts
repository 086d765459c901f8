/** What a ranking says about one query. Whatever is not to be found by it (itself) is not counted in ranks. */
export interface Hits {
  /** Ranks from 1, ascending, at which images of the query's class were found; complete up to `depth`. */
  readonly ranks: Int32Array
  /** R, all images of its class that could be found. */
  readonly relevant: number
  /** Neighbours looked at; Infinity: all. */
  readonly depth: number
}

/** The hits of many queries, one after the other. */
export interface HitList {
  /** [queries + 1], where the ranks of each query begin. */
  readonly offsets: Int32Array
  readonly ranks: Int32Array
  /** [queries] */
  readonly relevant: Int32Array
  readonly depth: number
}

/** The hits of one query in a list; `depth` may cut them shorter. */
export function hitsOf({offsets, ranks, relevant, depth}: HitList, query: number, limit = depth): Hits {
  const from = offsets[query]!
  let to = offsets[query + 1]!
  while (to > from && ranks[to - 1]! > limit) to--
  return {ranks: ranks.subarray(from, to), relevant: relevant[query]!, depth: Math.min(depth, limit)}
}

/** Rankings by id, as a search hands them back. */
export interface Rankings {
  /** [queries], class of the query. */
  readonly label: Int32Array
  /** [queries, k] ids, nearest first, filled up with -1. */
  readonly neighbours: Int32Array
  readonly k: number
  readonly references: Labelled
  /** Whether each query is itself among the references, under its id, and so is no hit of its own. */
  readonly relevant: Int32Array
}

/** Images with their classes. */
export interface Labelled {
  readonly id: Int32Array
  readonly label: Int32Array
}

/** Reads off where each query found its class. `relevant` comes from `countRelevant`. */
export function findHits({label, neighbours, k, references, relevant}: Rankings): HitList {
  const labelOf = new Map(Array.from(references.id, (id, row) => [id, references.label[row]!]))
  const offsets = new Int32Array(label.length + 1)
  const ranks: number[] = []
  for (const [query, own] of label.entries()) {
    for (let rank = 1; rank <= k; rank++) if (labelOf.get(neighbours[query * k + rank - 1]!) === own) ranks.push(rank)
    offsets[query + 1] = ranks.length
  }
  const isWhole = k >= references.id.length - 1
  return {offsets, ranks: Int32Array.from(ranks), relevant, depth: isWhole ? Number.POSITIVE_INFINITY : k}
}

/** R of every query: references of its class, not counting the one with its own id. */
export function countRelevant(queries: Labelled, references: Labelled): Int32Array {
  const sizes = new Map<number, number>()
  for (const own of references.label) sizes.set(own, (sizes.get(own) ?? 0) + 1)
  const labelOf = new Map(Array.from(references.id, (id, row) => [id, references.label[row]!]))
  return queries.label.map((own, row) => (sizes.get(own) ?? 0) - (labelOf.get(queries.id[row]!) === own ? 1 : 0))
}
