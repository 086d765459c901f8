import type {HitList} from './hits.ts'

/**
 * The hits of code that drops the first column of a ranking of all images instead of the query itself. With `before` exact
 * duplicates of smaller id the query stands behind them: the first of those is dropped, and the query, at rank `before`, is a
 * hit of its own.
 */
export function dropFirstColumn(hits: HitList, before: Int32Array): HitList {
  if (before.every((count) => count === 0)) return hits
  const offsets = new Int32Array(hits.offsets.length)
  const ranks: number[] = []
  for (const [query, count] of before.entries()) {
    const own = Array.from(hits.ranks.subarray(hits.offsets[query], hits.offsets[query + 1]))
    const shifted = own.flatMap((rank) => (rank === 1 ? [] : [rank <= count ? rank - 1 : rank]))
    ranks.push(...(count === 0 ? own : [...shifted, count].sort((a, b) => a - b)))
    offsets[query + 1] = ranks.length
  }
  return {...hits, offsets, ranks: Int32Array.from(ranks)}
}

/** How many earlier rows hold the very same vector, for every row. */
export function countEarlierDuplicates({vectors, dim}: {vectors: Float32Array; dim: number}): Int32Array {
  const counts = new Int32Array(vectors.length / dim)
  const rowsOfHash = new Map<number, number[]>()
  for (let row = 0; row < counts.length; row++) {
    const hash = hashRow(vectors, row * dim, dim)
    const earlier = rowsOfHash.get(hash)
    if (earlier === undefined) rowsOfHash.set(hash, [row])
    else {
      counts[row] = earlier.filter((other) => isSameRow(vectors, row * dim, other * dim, dim)).length
      earlier.push(row)
    }
  }
  return counts
}

/** Multiplied sum of the numbers; -0 and 0 are one number. */
function hashRow(vectors: Float32Array, from: number, dim: number): number {
  let hash = 0
  for (let at = from; at < from + dim; at++) hash = (Math.imul(hash, 31) + Math.round(vectors[at]! * 2 ** 30)) | 0
  return hash
}

function isSameRow(vectors: Float32Array, a: number, b: number, dim: number): boolean {
  for (let i = 0; i < dim; i++) if (vectors[a + i] !== vectors[b + i]) return false
  return true
}
