import type {Search} from './search.ts'
import type {Neighbours} from './sets.ts'
import type {Shortlists} from './shortlists.ts'

/** Float32's error of a score, as a share of the largest squared norm: some ten times what blocks of 512 to 2,048 products show. */
const SCORE_ERROR = 2 ** -18

/** Orders every shortlist by distance in float64, ties by ascending id, and hands back the first k by row of the query. */
export function rank(search: Search, shortlists: Shortlists, k: number): Neighbours {
  const queries = search.queryRows.length
  const result = {
    k,
    ids: new Int32Array(queries * k).fill(-1),
    distances: new Float32Array(queries * k).fill(Number.NaN),
  }
  const margin = SCORE_ERROR * largestSquaredNorm(search)
  for (let place = 0; place < queries; place++) {
    const row = search.queryRows[place]!
    const candidates = isCertain(shortlists, place, k, margin)
      ? shortlisted(shortlists, place)
      : everyOther(search, place)
    const rows = candidates.map((candidate) => search.referenceRows[candidate]!)
    const distances = Float64Array.from(rows, (reference) => distance(search, row, reference))
    const {id} = search.references
    const order = Int32Array.from(rows, (_, i) => i).sort(
      (a, b) => distances[a]! - distances[b]! || id[rows[a]!]! - id[rows[b]!]!,
    )
    for (let i = 0; i < Math.min(k, order.length); i++) {
      result.ids[row * k + i] = id[rows[order[i]!]!]!
      result.distances[row * k + i] = distances[order[i]!]!
    }
  }
  return result
}

function largestSquaredNorm({queryHalfNorms, referenceHalfNorms}: Search): number {
  let largest = 0
  for (const half of queryHalfNorms) largest = Math.max(largest, 2 * half)
  for (const half of referenceHalfNorms) largest = Math.max(largest, 2 * half)
  return largest
}

/** Whether the k-th best is so much better than the worst of a full shortlist that nothing left out can belong before it. */
function isCertain({capacity, sizes, scores}: Shortlists, query: number, k: number, margin: number): boolean {
  if (sizes[query]! < capacity || capacity <= k) return true
  const sorted = scores.slice(query * capacity, (query + 1) * capacity).sort()
  return sorted[capacity - k]! - sorted[0]! > 2 * margin
}

function shortlisted({capacity, sizes, places}: Shortlists, query: number): Int32Array {
  return places.subarray(query * capacity, query * capacity + sizes[query]!)
}

/** All references that the query may find: for the rare one with more near ties at the cut than a shortlist holds. */
function everyOther({referenceRows, excludedFrom, excludedTo}: Search, query: number): Int32Array {
  return Int32Array.from(referenceRows, (_, place) => place).filter(
    (place) => place < excludedFrom[query]! || place >= excludedTo[query]!,
  )
}

/** Four sums run at once, since every addition would wait for the one before it. */
function distance({queries, references, dim}: Search, query: number, reference: number): number {
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
