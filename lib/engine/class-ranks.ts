import {setImmediate} from 'node:timers/promises'
import {type ClassRanks, type Counts, countBlock, openCounts, ranksOf} from './class-ranks/counts.ts'
import {blockSize, type Operand, openRoom, product, upload} from './nearest/operand.ts'
import {arrange, type Search} from './nearest/search.ts'
import type {DescriptorSet} from './nearest/sets.ts'
import {FLOAT, free, fromHost, INT32, type Raw, read, run, type} from './op.ts'

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
}

/**
 * Finds the exact rank, by Euclidean distance and then ascending id, of every reference of a query's class, without a list of
 * neighbours: for each of them it counts the references that are nearer, a block of queries times a block of references at a
 * time. A score too close to call in float32 is decided in float64, so the answer depends neither on the block size nor on the
 * number of threads. Memory: the budget, and some 24 bytes for each of `pairs`, however many references there are.
 */
export async function* classRanks(request: ClassRanksRequest): AsyncGenerator<ClassRanks> {
  const search = arrange({...request, exclude: 'same-class'})
  const size = blockSize(request.memoryBytes ?? 2 ** 25, search.dim)
  const room = openRoom(size, search.dim)
  const total = search.queryRows.length
  for (const {from, to} of chunks(search, size, request.pairs ?? 2 ** 24)) {
    const counts = openCounts(search, from, to)
    const progress = (share: number) => request.onProgress?.(Math.floor(from + share * (to - from)), total)
    await countChunk(search, counts, size, room, progress)
    yield ranksOf(search, counts)
  }
}

/** Runs of query places, each a whole number of blocks: as many as the pairs allow, at least one block. */
function chunks({excludedFrom, excludedTo, queryRows}: Search, size: number, pairs: number) {
  const result: {from: number; to: number}[] = []
  let [from, held] = [0, 0]
  for (let start = 0; start < queryRows.length; start += size) {
    const end = Math.min(start + size, queryRows.length)
    let own = 0
    for (let place = start; place < end; place++) own += excludedTo[place]! - excludedFrom[place]!
    if (held > 0 && held + own > pairs) {
      result.push({from, to: start})
      from = start
      held = 0
    }
    held += own
  }
  if (queryRows.length > 0) result.push({from, to: queryRows.length})
  return result
}

async function countChunk(
  search: Search,
  counts: Counts,
  size: number,
  room: ReturnType<typeof openRoom>,
  progress: (share: number) => void,
): Promise<void> {
  const {from, to} = counts
  // Read downwards, a block serves the queries of its columns too; that needs all queries to be counted for at once.
  const both = search.queryRows === search.referenceRows && from === 0 && to === search.queryRows.length
  const queryBlocks = Math.ceil((to - from) / size)
  const referenceBlocks = Math.ceil(search.referenceRows.length / size)
  const total = both ? (queryBlocks * (queryBlocks + 1)) / 2 : queryBlocks * referenceBlocks
  let done = 0
  for (let i = 0; i < queryBlocks; i++) {
    const queries = upload(search, 'queries', from + i * size, room)
    for (let j = both ? i : 0; j < referenceBlocks; j++) {
      const references = upload(search, 'references', j * size, room)
      const scores = product(queries, references)
      countBlock(search, counts, {queries: inside(queries, to), references, ...hostScores(scores)})
      if (both && j > i) {
        const turned = transpose(scores)
        countBlock(search, counts, {queries: references, references: queries, ...hostScores(turned)})
        free(turned)
      }
      free(scores, references.tensor)
      progress(++done / total)
      await setImmediate() // lets progress reach the runner and a wish to stop reach us
    }
    free(queries.tensor)
  }
}

/** A block that reaches beyond the chunk ends with it. */
function inside({start, count}: Operand, end: number): {start: number; count: number} {
  return {start, count: Math.min(count, end - start)}
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
