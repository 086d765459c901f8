import {setImmediate} from 'node:timers/promises'
import type {DescriptorSet, Neighbours} from '../../engine/nearest/sets.ts'
import {buildIndex, nearestInIndex} from './hnsw-index.ts'

/** Images handled before the event loop gets a turn. */
const turn = 500

/** Finds about the k nearest images of other classes for every image, by a graph search. Vectors must be of unit length. */
export async function hnswNeighbours(
  set: DescriptorSet,
  k: number,
  seed: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Neighbours> {
  const {id, label, vectors, dim} = set
  const count = id.length
  // Building is about half of the work.
  const index = await buildIndex({labels: Int32Array.from(id.keys()), dim, vectors}, seed, (done) =>
    onProgress?.(Math.floor(done / 2), count),
  )
  const ids = new Int32Array(count * k).fill(-1)
  const distances = new Float32Array(count * k).fill(Number.NaN)
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dim, (row + 1) * dim)
    const found = nearestInIndex(index, vector, k, (other) => label[other] !== label[row])
    const order = found.neighbors
      .map((other, i) => ({id: id[other]!, distance: Math.sqrt(found.distances[i]!)}))
      .sort((a, b) => a.distance - b.distance || a.id - b.id)
    for (const [rank, neighbour] of order.entries()) {
      ids[row * k + rank] = neighbour.id
      distances[row * k + rank] = neighbour.distance
    }
    if ((row + 1) % turn !== 0 && row + 1 < count) continue
    onProgress?.(Math.floor((count + row + 1) / 2), count)
    await setImmediate()
  }
  return {k, ids, distances}
}
