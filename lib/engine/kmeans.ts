import {setImmediate} from 'node:timers/promises'
import type {Random} from '../random.ts'
import {openAssignment} from './kmeans/assignment.ts'
import {chooseStart} from './kmeans/start.ts'
import {meanCentroids} from './kmeans/update.ts'
import type {Savepoints} from './savepoints.ts'

export interface KmeansRequest {
  /** [items, dim] row by row. */
  readonly vectors: Float32Array
  readonly dim: number
  readonly clusters: number
  /**
   * random: that many distinct items, as faiss; plus-plus: each drawn with a chance that grows with its squared distance to those
   * before (Arthur and Vassilvitskii 2007); or the centroids themselves, [clusters, dim].
   */
  readonly start: 'random' | 'plus-plus' | Float32Array
  /** @default 20, faiss' number; fewer where nothing moves any more */
  readonly iterations?: number
  readonly random: Random
  /** Memory for a block of scores. @default 32 MiB */
  readonly memoryBytes?: number
  /** Iterations done. */
  readonly onProgress?: (done: number, total: number) => void
  /** Per centroid of plus-plus, then per iteration. */
  readonly savepoints?: Savepoints
}

export interface Clustering {
  /** [items] */
  readonly cluster: Int32Array
  /** [clusters, dim] */
  readonly centroids: Float32Array
  /** Iterations that moved a centroid. */
  readonly iterations: number
}

/**
 * k-means (Lloyd 1982): every item goes to its nearest centroid by Euclidean distance (the first of equals), every centroid to the
 * mean of its items. A cluster that lost all its items starts again at the item that is farthest from its own centroid. Equal
 * requests give equal clusters on one machine.
 */
export async function kmeans(request: KmeansRequest): Promise<Clustering> {
  const {vectors, dim, iterations = 20, onProgress, savepoints} = request
  const items = vectors.length / dim
  const clusters = Math.min(request.clusters, items)
  const assignment = openAssignment(vectors, dim, clusters, request.memoryBytes ?? 2 ** 25)
  const cluster = new Int32Array(items).fill(-1)
  const centroids = new Float32Array(clusters * dim)
  const [phase = phases.start, count = 0] = savepoints?.reached ?? []
  if (phase === phases.start) centroids.set(await chooseStart({...request, clusters}))
  else await savepoints?.restore({cluster, centroids})
  if (phase === phases.end) return {cluster, centroids, iterations: count}
  for (let done = phase === phases.start ? 0 : count; done < iterations; done++) {
    const next = await assignment.assign(centroids)
    if (next.every((own, item) => own === cluster[item])) return end(done)
    cluster.set(next)
    centroids.set(meanCentroids(vectors, dim, cluster, centroids))
    onProgress?.(done + 1, iterations)
    await savepoints?.reach([phases.turn, done + 1], {cluster, centroids})
    await setImmediate()
  }
  cluster.set(await assignment.assign(centroids))
  return end(iterations)

  async function end(done: number): Promise<Clustering> {
    await savepoints?.finish([phases.end, done], {cluster, centroids})
    return {cluster, centroids, iterations: done}
  }
}

/** First numbers of a place: choosing the start (0 is kmeans/start.ts'), turning, over. */
const phases = {start: 0, turn: 1, end: 2}
