import {countBlock} from './class-ranks/count-block.ts'
import {type Counts, openCounts} from './class-ranks/counts.ts'
import {type ClassRanks, ranksOf} from './class-ranks/ranks.ts'
import {eachBlock} from './nearest/each-block.ts'
import {blockSize, product} from './nearest/operand.ts'
import {arrange, type Search} from './nearest/search.ts'
import type {DescriptorSet} from './nearest/sets.ts'
import {FLOAT, free, fromHost, INT32, type Raw, read, run, type} from './op.ts'
import type {Savepoints} from './savepoints.ts'

export interface ClassRanksRequest {
  readonly queries: DescriptorSet
  /** The same object as `queries` when a set is searched in itself: half of the products are then saved. */
  readonly references: DescriptorSet
  /** Memory for a block of scores and its operands. @default 32 MiB, which keeps the scores in a usual cache */
  readonly memoryBytes?: number
  /** Pairs of a query and a reference of its class that are held at a time, some 24 bytes each. @default 16 million */
  readonly pairs?: number
  /** Work done, in queries. */
  readonly onProgress?: (done: number, total: number) => void
  /** Per block of scores. What is made of the parts that were handed over before has to be among the arrays that they save. */
  readonly savepoints?: Savepoints
}

/**
 * Finds the exact rank, by Euclidean distance and then ascending id, of every reference of a query's class, without a list of
 * neighbours: for each of them it counts the references that are nearer, a block of queries times a block of references at a
 * time. A score too close to call in float32 is decided in float64, so the answer depends neither on the block size nor on the
 * number of threads. Memory: the budget, some 24 bytes for each of `pairs`, and half a kilobyte or more for each of up to two million queries,
 * however many references there are.
 */
export async function* classRanks(request: ClassRanksRequest): AsyncGenerator<ClassRanks> {
  const {savepoints, memoryBytes = 2 ** 25, pairs = 2 ** 24} = request
  const search = arrange({...request, exclude: 'same-class'})
  const size = blockSize(memoryBytes, search.dim)
  const total = search.queryRows.length
  const [first = 0, blocksOfFirst = 0] = savepoints?.reached ?? []
  for (const [chunk, {from, to}] of chunks(search, size, pairs).entries()) {
    if (chunk < first) continue
    const counts = openCounts(search, from, to)
    const {between, nearestIds, nearestDistances} = counts
    const state = {between, nearestIds, nearestDistances}
    const skip = chunk === first ? blocksOfFirst : 0
    if (skip > 0) await savepoints?.restore(state)
    await countChunk(search, counts, {size, skip}, async (done, blocks) => {
      request.onProgress?.(Math.floor(from + (done / blocks) * (to - from)), total)
      await savepoints?.reach([chunk, done], state)
    })
    yield ranksOf(search, counts)
    if (to < total) await savepoints?.reach([chunk + 1, 0], {})
    else await savepoints?.finish([chunk + 1, 0], {})
  }
}

/** Every query has half a kilobyte of bins or more, however small its class. */
const queriesAtOnce = 2 ** 21

/** Runs of query places, each a whole number of blocks: as many as the pairs allow, at least one block. */
function chunks({excludedFrom, excludedTo, queryRows}: Search, size: number, pairs: number) {
  const result: {from: number; to: number}[] = []
  let [from, held] = [0, 0]
  for (let start = 0; start < queryRows.length; start += size) {
    const end = Math.min(start + size, queryRows.length)
    let own = 0
    for (let place = start; place < end; place++) own += excludedTo[place]! - excludedFrom[place]!
    if ((held > 0 && held + own > pairs) || end - from > queriesAtOnce) {
      result.push({from, to: start})
      from = start
      held = 0
    }
    held += own
  }
  if (queryRows.length > 0) result.push({from, to: queryRows.length})
  return result
}

function countChunk(
  search: Search,
  counts: Counts,
  {size, skip}: {size: number; skip: number},
  onDone: (done: number, total: number) => Promise<void>,
): Promise<void> {
  const {from, to} = counts
  // Read downwards, a block serves the queries of its columns too; that needs all queries to be counted for at once.
  const once = search.queryRows === search.referenceRows && from === 0 && to === search.queryRows.length
  return eachBlock(
    {search, size, from, to, once, skip},
    (queries, references, mirrored) => {
      const scores = product(queries, references)
      countBlock(search, counts, {queries, references, ...hostScores(scores)})
      if (mirrored) {
        const turned = transpose(scores)
        countBlock(search, counts, {queries: references, references: queries, ...hostScores(turned)})
        free(turned)
      }
      free(scores)
    },
    onDone,
  )
}

function hostScores(scores: Raw): {scores: Float32Array; width: number} {
  return {scores: read(scores) as Float32Array, width: scores.shape[1]!}
}

function transpose(matrix: Raw): Raw {
  const order = fromHost(Int32Array.of(1, 0), [2])
  const turned = run('Transpose', [matrix, order], [type('T', FLOAT), type('Tperm', INT32)])
  free(order)
  return turned
}
