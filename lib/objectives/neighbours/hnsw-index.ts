import {setImmediate} from 'node:timers/promises'
import hnswlib, {type HierarchicalNSW, type SearchResult} from 'hnswlib-node'

/** Links a node keeps, and the width of the search while building and while asking (Malkov and Yashunin 2018: M, efConstruction, ef). */
const links = 16
const buildWidth = 200
const searchWidth = 200

/** Images handled before the event loop gets a turn. */
const turn = 500

/** Vectors that an index is made of, under labels from 0 on. */
export interface IndexedVectors {
  readonly labels: Int32Array
  readonly dim: number
  /** Row-major, [labels.length * dim]. */
  readonly vectors: Float32Array
}

/** Builds a graph of squared Euclidean distances. One thread and a seed: equal vectors give equal bytes. */
export async function buildIndex(
  {labels, dim, vectors}: IndexedVectors,
  seed: number,
  onProgress: (done: number) => void,
): Promise<HierarchicalNSW> {
  const index = new hnswlib.HierarchicalNSW('l2', dim)
  index.initIndex(labels.length, links, buildWidth, seed % 2 ** 31)
  for (const [row, label] of labels.entries()) {
    index.addPoint(asArray(vectors.subarray(row * dim, (row + 1) * dim)), label)
    if ((row + 1) % turn !== 0 && row + 1 < labels.length) continue
    onProgress(row + 1)
    await setImmediate()
  }
  return index
}

/** About the `count` nearest labels of a vector, nearest first, with squared distances; those that `fits` refuses are passed over. */
export function nearestInIndex(
  index: HierarchicalNSW,
  vector: Float32Array,
  count: number,
  fits?: (label: number) => boolean,
): SearchResult {
  index.setEf(Math.max(searchWidth, 2 * count))
  return index.searchKnn(asArray(vector), Math.min(count, index.getCurrentCount()), fits)
}

/** The addon refuses typed arrays. */
function asArray(vector: Float32Array): number[] {
  return Array.from(vector)
}
