/**
 * Answers for most scores without a search: the range from the farthest reference of a query's class up to distance 0 is cut into
 * bins, and a bin in which none of the class lies says how many of them are nearer.
 */
export interface Bins {
  /** Query after query, bin after bin: how many of the class are nearer than a score in the bin; -1: that depends on the score. */
  readonly table: Int16Array
  /** [queries + 1], where the bins of each query begin. One array for all: a million small ones would take as much again. */
  readonly starts: Int32Array
  /** [queries], the score where bins begin: farther is farther than all of the class. */
  readonly base: Float64Array
  /** [queries], bins per score. */
  readonly scale: Float64Array
}

/** Rounding of a place in units of bins: next to a border both bins are meant. */
const slack = 1e-6

/** `scores` are those of each query's class, descending, from `offsets[query]` to `offsets[query + 1]`; each may be off by `margin`. */
export function openBins(offsets: Int32Array, scores: Float64Array, margin: number): Bins {
  const queries = offsets.length - 1
  const [base, scale] = [new Float64Array(queries), new Float64Array(queries)]
  const starts = new Int32Array(queries + 1)
  for (let query = 0; query < queries; query++)
    starts[query + 1] = starts[query]! + binCount(offsets[query + 1]! - offsets[query]!)
  const table = new Int16Array(starts[queries]!)
  for (let query = 0; query < queries; query++) {
    const own = scores.subarray(offsets[query], offsets[query + 1])
    const bins = table.subarray(starts[query], starts[query + 1])
    const size = bins.length
    base[query] = (own.at(-1) ?? 0) - margin
    scale[query] = size / (margin - base[query]! || 1)
    fillTable(bins, own, base[query]!, scale[query]!, margin)
  }
  return {table, starts, base, scale}
}

/** So many that most are empty, in half a kilobyte or more a query; none where a place in a class does not fit into 16 bits. */
function binCount(classSize: number): number {
  if (classSize === 0 || classSize > 32_000) return 1
  return Math.max(256, Math.min(1024, 2 ** Math.ceil(Math.log2(8 * classSize))))
}

function fillTable(table: Int16Array, own: Float64Array, base: number, scale: number, margin: number): void {
  if (table.length === 1) {
    table.fill(-1)
    return
  }
  let nearer = 0
  let filled = table.length
  for (const score of own) {
    const low = Math.max(0, Math.floor((score - margin - base) * scale - slack))
    const high = Math.min(table.length - 1, Math.floor((score + margin - base) * scale + slack))
    if (high + 1 < filled) table.fill(nearer, high + 1, filled)
    table.fill(-1, low, Math.min(filled, high + 1))
    filled = Math.min(filled, low)
    nearer++
  }
  table.fill(-1, 0, filled)
}
