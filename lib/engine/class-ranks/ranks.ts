import type {Search} from '../nearest/search.ts'
import type {Counts} from './counts.ts'

/** Where some of the queries find their class; one after the other as in `rows`. */
export interface ClassRanks {
  /** Rows of the queries. */
  readonly rows: Int32Array
  /** [rows + 1], where the ranks of each query begin. */
  readonly offsets: Int32Array
  /** Ranks from 1 among all references but the query's own id, ascending. */
  readonly ranks: Int32Array
  /** [rows], references of the query's class. */
  readonly relevant: Int32Array
  /** [rows], the nearest reference of any class, -1 where there is none, and its distance. */
  readonly nearestIds: Int32Array
  readonly nearestDistances: Float64Array
}

/** Ranks from the counts: those of its class before it, those of other classes before it, and one. */
export function ranksOf(search: Search, counts: Counts): ClassRanks {
  const {from, to, offsets, between, nearestIds, nearestDistances} = counts
  const ranks = new Int32Array(between.length)
  for (let query = 0; query < to - from; query++) {
    let others = 0
    for (let at = offsets[query]!; at < offsets[query + 1]!; at++) {
      others += between[at]!
      ranks[at] = at - offsets[query]! + 1 + others
    }
  }
  return {
    rows: search.queryRows.slice(from, to),
    offsets,
    ranks,
    relevant: Int32Array.from({length: to - from}, (_, query) => offsets[query + 1]! - offsets[query]!),
    nearestIds,
    nearestDistances,
  }
}
