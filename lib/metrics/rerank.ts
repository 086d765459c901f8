/** Nearest others of items, by row: [items, k], nearest first, filled up with -1. */
export interface Lists {
  readonly k: number
  readonly rows: Int32Array
}

export interface RerankOptions {
  /** Neighbours within which items must find each other. */
  readonly k1: number
  /** Neighbours whose neighbourhoods are averaged, the item itself among them. */
  readonly k2: number
  /** Weight of the original distance. */
  readonly lambda: number
  /** Distance of two rows. */
  readonly distance: (a: number, b: number) => number
}

/** What an item is near to: row and weight; weights sum to 1. */
type Neighbourhood = ReadonlyMap<number, number>

/**
 * Re-ranking by k-reciprocal neighbours (Zhong, Zheng, Cao and Li 2017, "Re-ranking Person Re-identification"): items are near when
 * the same others find them and are found by them. `all` are the neighbours of every item; `candidates` those of the queries at
 * `queryRows` that are put into a new order, which is handed back, [queries, k]. The distance is used as it is: the authors' code
 * first divides squared distances by the largest of each column.
 */
export function rerank(
  all: Lists,
  candidates: Lists,
  queryRows: ArrayLike<number>,
  {k1, k2, lambda, distance}: RerankOptions,
): Int32Array {
  const encoded = encodeAll(all, k1, distance)
  const neighbourhoods = averageAll(encoded, all, k2)
  const order = candidates.rows.slice()
  for (let query = 0; query < queryRows.length; query++) {
    const row = queryRows[query]!
    const list = listOf(candidates, query)
    const scored = list.map((other) => ({
      other,
      score:
        (1 - lambda) * jaccardDistance(neighbourhoods[row]!, neighbourhoods[other]!) + lambda * distance(row, other),
    }))
    // Sorting is stable: of equals the one that was nearer stays first.
    scored.sort((a, b) => a.score - b.score)
    for (const [at, {other}] of scored.entries()) order[query * candidates.k + at] = other
  }
  return order
}

/** Weights exp(-distance) of the expanded reciprocal neighbours of every item, equation 7; itself is one of them. */
function encodeAll(all: Lists, k1: number, distance: RerankOptions['distance']): Neighbourhood[] {
  const items = Array.from({length: all.rows.length / all.k}, (_, item) => item)
  const halves = items.map((item) => reciprocal(all, item, Math.round(k1 / 2)))
  return items.map((item) => {
    const own = new Set(reciprocal(all, item, k1))
    const expanded = new Set(own)
    // Equation 4: those of a neighbour come in where most of them are ours already.
    for (const other of own) {
      const theirs = halves[other]!
      if (theirs.filter((one) => own.has(one)).length >= (2 / 3) * theirs.length)
        for (const one of theirs) expanded.add(one)
    }
    const weights = Array.from(expanded, (other) => [other, Math.exp(-distance(item, other))] as const)
    const sum = weights.reduce((total, [, weight]) => total + weight, 0)
    return new Map(weights.map(([other, weight]) => [other, weight / sum]))
  })
}

/** The item, and those of its first k that have it among their first k. */
function reciprocal(all: Lists, item: number, k: number): number[] {
  return [item, ...listOf(all, item, k).filter((other) => listOf(all, other, k).includes(item))]
}

/** Local query expansion, equation 11: mean over the item and its first k2 - 1 neighbours. */
function averageAll(encoded: readonly Neighbourhood[], all: Lists, k2: number): readonly Neighbourhood[] {
  if (k2 <= 1) return encoded
  return encoded.map((own, item) => {
    const group = [own, ...listOf(all, item, k2 - 1).map((other) => encoded[other]!)]
    const mean = new Map<number, number>()
    for (const one of group)
      for (const [row, weight] of one) mean.set(row, (mean.get(row) ?? 0) + weight / group.length)
    return mean
  })
}

/** Equation 10: 1 - sum of the smaller weights over sum of the larger ones; both sides sum to 1. */
function jaccardDistance(a: Neighbourhood, b: Neighbourhood): number {
  let smaller = 0
  const [few, many] = a.size < b.size ? [a, b] : [b, a]
  for (const [row, weight] of few) smaller += Math.min(weight, many.get(row) ?? 0)
  return 1 - smaller / (2 - smaller)
}

function listOf({rows, k}: Lists, item: number, first = k): number[] {
  return Array.from(rows.subarray(item * k, item * k + Math.min(first, k))).filter((row) => row >= 0)
}
