import {distance, scoreError} from './exact.ts'
import type {Search} from './search.ts'
import type {Neighbours} from './sets.ts'
import type {Shortlists} from './shortlists.ts'

/** Orders every shortlist by distance in float64, ties by ascending id, and hands back the first k by row of the query. */
export function rank(search: Search, shortlists: Shortlists, k: number): Neighbours {
  const queries = search.queryRows.length
  const result = {
    k,
    ids: new Int32Array(queries * k).fill(-1),
    distances: new Float32Array(queries * k).fill(Number.NaN),
  }
  const margin = scoreError(search)
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
