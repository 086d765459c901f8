import type {DescriptorSet, Neighbours} from '../../engine/nearest/sets.ts'
import {nearest} from '../../engine/nearest.ts'
import {deriveSeed, openRandom, type SeedPath} from '../../random.ts'
import type {Mined, MiningContext, NeighbourRows} from '../samplers/sampler.ts'
import {hnswNeighbours} from './hnsw.ts'

/** Images whose exact neighbours an approximate search is measured by. */
const RECALL_SAMPLE = 200

/** Mines the `pool` nearest images of other classes for every image, fewer where there are no more. Progress counts images. */
export async function findNeighbours(
  mining: {readonly pool: number; readonly neighbours: 'exact' | 'hnsw'},
  {descriptors, seed, onProgress}: MiningContext,
): Promise<Mined> {
  const k = Math.min(mining.pool, descriptors.id.length)
  if (mining.neighbours === 'hnsw') {
    const found = await hnswNeighbours(descriptors, k, deriveSeed(...seed, 'hnsw'), onProgress)
    return {rows: toRows(descriptors.id, found), recall: await measureRecall(descriptors, found, seed)}
  }
  const found = await nearest({
    queries: descriptors,
    references: descriptors,
    k,
    exclude: 'same-class',
    ...(onProgress && {onProgress}),
  })
  return {rows: toRows(descriptors.id, found), recall: 1}
}

/** The table of neighbours, without the places that a query with few candidates left empty. */
function toRows(anchors: Int32Array, {k, ids, distances}: Neighbours): NeighbourRows {
  const filled = Int32Array.from(ids.keys()).filter((at) => ids[at] !== -1)
  return {
    anchor: filled.map((at) => anchors[Math.floor(at / k)]!),
    rank: filled.map((at) => at % k),
    neighbour: filled.map((at) => ids[at]!),
    distance: Float32Array.from(filled, (at) => distances[at]!),
  }
}

async function measureRecall(descriptors: DescriptorSet, found: Neighbours, seed: SeedPath): Promise<number> {
  const {id, label, vectors, dim} = descriptors
  const {k} = found
  const rows = openRandom(...seed, 'recall')
    .shuffled([...id.keys()])
    .slice(0, RECALL_SAMPLE)
  const queries = {
    id: Int32Array.from(rows, (row) => id[row]!),
    label: Int32Array.from(rows, (row) => label[row]!),
    vectors: Float32Array.from(rows.flatMap((row) => [...vectors.subarray(row * dim, (row + 1) * dim)])),
    dim,
  }
  const exact = await nearest({queries, references: descriptors, k, exclude: 'same-class'})
  let [hits, total] = [0, 0]
  for (const [query, row] of rows.entries()) {
    const approximate = new Set(found.ids.subarray(row * k, (row + 1) * k))
    const truth = exact.ids.subarray(query * k, (query + 1) * k).filter((neighbour) => neighbour !== -1)
    hits += truth.filter((neighbour) => approximate.has(neighbour)).length
    total += truth.length
  }
  return total === 0 ? 1 : hits / total
}
