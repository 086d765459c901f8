import {scanBlocks} from './nearest/blocks.ts'
import {rank} from './nearest/rank.ts'
import {arrange, type Exclusion} from './nearest/search.ts'
import type {DescriptorSet, Neighbours} from './nearest/sets.ts'
import {openShortlists} from './nearest/shortlists.ts'
import type {Savepoints} from './savepoints.ts'

export interface NearestRequest {
  readonly queries: DescriptorSet
  /** The same object as `queries` when a set is searched in itself: half of the products are then saved. */
  readonly references: DescriptorSet
  readonly k: number
  /** self: the reference with the query's own id; same-class: every reference with the query's label (itself included). */
  readonly exclude: Exclusion
  /** Memory for a block of scores and its operands. @default 32 MiB, which keeps the scores in a usual cache */
  readonly memoryBytes?: number
  /** Work done, in queries. */
  readonly onProgress?: (done: number, total: number) => void
  /** Per block of scores. */
  readonly savepoints?: Savepoints
}

/** Room beyond k in a shortlist: what float32 may have put on the wrong side of the cut. */
const SPARE = 8

/**
 * Finds the exact k nearest references of every query by Euclidean distance, ties by ascending id.
 *
 * Scores are taken in float32, a block of queries times a block of references at a time, and every query keeps a shortlist.
 * The shortlist is ranked again in float64, so the answer depends neither on the block size nor on the number of threads.
 * Memory: the budget, 8 bytes for each of queries * (k + 8), and the answer.
 */
export async function nearest(request: NearestRequest): Promise<Neighbours> {
  const search = arrange(request)
  const shortlists = openShortlists(
    request.queries.id.length,
    Math.min(request.k + SPARE, request.references.id.length),
  )
  await scanBlocks(search, shortlists, request)
  return rank(search, shortlists, request.k)
}
