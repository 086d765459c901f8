import {setImmediate} from 'node:timers/promises'
import hnswlib from 'hnswlib-node'
import type {DescriptorSet, Neighbours} from '../../engine/nearest/sets.ts'

/** Links a node keeps, and the width of the search while building and while asking (Malkov and Yashunin 2018: M, efConstruction, ef). */
const LINKS = 16
const BUILD_WIDTH = 200
const SEARCH_WIDTH = 200

/** Images handled before the event loop gets a turn. */
const TURN = 500

/** Finds about the k nearest images of other classes for every image, by a graph search. Vectors must be of unit length. */
export async function hnswNeighbours(
  set: DescriptorSet,
  k: number,
  seed: number,
  onProgress?: (done: number, total: number) => void,
): Promise<Neighbours> {
  const {id, label, vectors, dim} = set
  const count = id.length
  const vector = (row: number) => Array.from(vectors.subarray(row * dim, (row + 1) * dim)) // the addon refuses typed arrays
  const forEveryRow = async (work: (row: number) => void, share: number) => {
    for (let row = 0; row < count; row++) {
      work(row)
      if ((row + 1) % TURN !== 0 && row + 1 < count) continue
      onProgress?.(Math.floor((share * count + row + 1) / 2), count)
      await setImmediate()
    }
  }

  const index = new hnswlib.HierarchicalNSW('l2', dim)
  index.initIndex(count, LINKS, BUILD_WIDTH, seed % 2 ** 31)
  await forEveryRow((row) => index.addPoint(vector(row), row), 0)
  index.setEf(Math.max(SEARCH_WIDTH, 2 * k))

  const ids = new Int32Array(count * k).fill(-1)
  const distances = new Float32Array(count * k).fill(Number.NaN)
  await forEveryRow((row) => {
    const found = index.searchKnn(vector(row), Math.min(k, count), (other) => label[other] !== label[row])
    const order = found.neighbors
      .map((other, i) => ({id: id[other]!, distance: Math.sqrt(found.distances[i]!)}))
      .sort((a, b) => a.distance - b.distance || a.id - b.id)
    for (const [rank, neighbour] of order.entries()) {
      ids[row * k + rank] = neighbour.id
      distances[row * k + rank] = neighbour.distance
    }
  }, 1)
  return {k, ids, distances}
}
