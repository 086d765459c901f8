import hnswlib, {type HierarchicalNSW} from 'hnswlib-node'
import {executeDerived} from '../../pipeline/derived.ts'
import {indexName, type SearchedSplit} from './entries.ts'
import type {SearchedState} from './open.ts'
import type {Watch} from './watch.ts'

/** An image of the data set near to a picture. */
export interface Found {
  readonly image: number
  /** Euclidean distance of the unit vectors. */
  readonly distance: number
}

/** Images that can be found. */
export interface Gallery {
  readonly imageCount: number
  /** Length of the vectors. */
  readonly dim: number
  /** Of each index: share of the `at` nearest that it finds, measured when it was built. */
  readonly recalls: readonly {readonly split: SearchedSplit; readonly recall: number; readonly at: number}[]
  /** About the `count` nearest images, nearest first; ties by id. */
  nearest(vector: Float32Array, count: number): Found[]
}

/** Width of the search through the graph; the recall that is stated was measured with the same. */
const searchWidth = 200

/** Opens the indexes of some splits; builds those that are not in the store. Throws UserError where that cannot be done. */
export async function openGallery(
  {request, entries, epoch}: SearchedState,
  splits: readonly SearchedSplit[],
  watch: Watch,
): Promise<Gallery> {
  const recalls: Gallery['recalls'][number][] = []
  const indexes: HierarchicalNSW[] = []
  let dim = 0
  for (const split of splits) {
    const node = `${indexName(split)}@${epoch}`
    const {exitCode, files, facts} = await executeDerived({...request, ...watch, entries, node})
    if (files.index === undefined) watch.fail(exitCode)
    dim = Number(facts.dim)
    indexes.push(readIndex(files.index, dim))
    recalls.push({split, recall: Number(facts.recall_against_exact), at: Number(facts.recall_at)})
  }
  return {
    imageCount: indexes.reduce((sum, index) => sum + index.getCurrentCount(), 0),
    dim,
    recalls,
    nearest: (vector, count) =>
      indexes
        .flatMap((index) => search(index, vector, count))
        .sort((a, b) => a.distance - b.distance || a.image - b.image)
        .slice(0, count),
  }
}

function readIndex(file: string, dim: number): HierarchicalNSW {
  const index = new hnswlib.HierarchicalNSW('l2', dim)
  index.readIndexSync(file)
  return index
}

function search(index: HierarchicalNSW, vector: Float32Array, count: number): Found[] {
  index.setEf(Math.max(searchWidth, 2 * count))
  const {neighbors, distances} = index.searchKnn(Array.from(vector), Math.min(count, index.getCurrentCount()))
  return neighbors.map((image, i) => ({image, distance: Math.sqrt(distances[i]!)}))
}
