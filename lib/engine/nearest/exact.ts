import type {Search} from './search.ts'

/** Float32's error of a score, as a share of the largest squared norm: some ten times what blocks of 512 to 2,048 products show. */
const SCORE_ERROR = 2 ** -18

/** By how much a score taken in float32 may be off. */
export function scoreError(search: Search): number {
  return SCORE_ERROR * largestSquaredNorm(search)
}

function largestSquaredNorm({queryHalfNorms, referenceHalfNorms}: Search): number {
  let largest = 0
  for (const half of queryHalfNorms) largest = Math.max(largest, 2 * half)
  for (const half of referenceHalfNorms) largest = Math.max(largest, 2 * half)
  return largest
}

/** Distance of two rows in float64. Four sums run at once, since every addition would wait for the one before it. */
export function distance({queries, references, dim}: Search, query: number, reference: number): number {
  const x = queries.vectors
  const y = references.vectors
  const shift = reference * dim - query * dim
  const end = (query + 1) * dim
  let at = query * dim
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0]
  for (; at + 3 < end; at += 4) {
    sum0 += (x[at]! - y[at + shift]!) ** 2
    sum1 += (x[at + 1]! - y[at + shift + 1]!) ** 2
    sum2 += (x[at + 2]! - y[at + shift + 2]!) ** 2
    sum3 += (x[at + 3]! - y[at + shift + 3]!) ** 2
  }
  for (; at < end; at++) sum0 += (x[at]! - y[at + shift]!) ** 2
  return Math.sqrt(sum0 + sum1 + sum2 + sum3)
}
