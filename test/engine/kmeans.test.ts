import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {kmeans as oracle} from 'ml-kmeans'
import {kmeans} from '../../lib/engine/kmeans.ts'
import {liveTensors} from '../../lib/engine/op.ts'
import {openRandom} from '../../lib/random.ts'

/** Points round a few centres. */
function points(count: number, dim: number, groups: number, noise: number, ...seed: (string | number)[]): Float32Array {
  const random = openRandom(...seed)
  const centres = Array.from({length: groups * dim}, () => random.normal())
  return Float32Array.from(
    {length: count * dim},
    (_, at) => centres[(Math.floor(at / dim) % groups) * dim + (at % dim)]! + noise * random.normal(),
  )
}

function rows(vectors: Float32Array, dim: number): number[][] {
  return Array.from({length: vectors.length / dim}, (_, row) => [...vectors.subarray(row * dim, (row + 1) * dim)])
}

function inertia(vectors: Float32Array, dim: number, cluster: Int32Array, centroids: Float32Array): number {
  return cluster.reduce((sum, own, item) => {
    for (let i = 0; i < dim; i++) sum += (vectors[item * dim + i]! - centroids[own * dim + i]!) ** 2
    return sum
  }, 0)
}

describe('k-means', () => {
  test('ends where ml-kmeans ends from the same start', async () => {
    for (const seed of [0, 1, 2, 3]) {
      const [count, dim, clusters] = [400, 6, 12]
      const vectors = points(count, dim, 15, 0.4, 'oracle', seed)
      const start = vectors.slice(0, clusters * dim)
      const ours = await kmeans({
        vectors,
        dim,
        clusters,
        start,
        iterations: 200,
        random: openRandom(0),
        memoryBytes: 5000,
      })
      const theirs = oracle(rows(vectors, dim), clusters, {
        initialization: rows(start, dim),
        maxIterations: 200,
        tolerance: 1e-12,
      })
      assert.deepEqual([...ours.cluster], theirs.clusters)
      theirs.centroids.flat().forEach((value, at) => {
        assert.ok(Math.abs(ours.centroids[at]! - value) < 1e-5)
      })
      assert.ok(ours.iterations < 200)
    }
  })

  test('gives the same clusters for a seed, whatever the block size, and others for another seed', async () => {
    const vectors = points(500, 8, 20, 0.6, 'seed')
    for (const start of ['random', 'plus-plus'] as const) {
      const run = async (seed: number, memoryBytes: number) => [
        ...(await kmeans({vectors, dim: 8, clusters: 20, start, random: openRandom(seed), memoryBytes})).cluster,
      ]
      assert.deepEqual(await run(1, 2000), await run(1, 2 ** 25))
      assert.notDeepEqual(await run(1, 2000), await run(2, 2000))
    }
  })

  test('starts from distinct items; plus-plus finds well separated groups, one centroid each', async () => {
    const vectors = points(300, 4, 10, 0.01, 'groups')
    const {cluster, centroids} = await kmeans({
      vectors,
      dim: 4,
      clusters: 10,
      start: 'plus-plus',
      random: openRandom('plus-plus'),
    })
    assert.equal(new Set(cluster).size, 10)
    cluster.forEach((own, item) => {
      assert.equal(own, cluster[item % 10])
    })
    assert.ok(inertia(vectors, 4, cluster, centroids) < 300 * 4 * 0.01 ** 2 * 1.5)
  })

  test('gives an empty cluster an item again', async () => {
    const vectors = Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1, 8, 8, 9, 9)
    const start = Float32Array.of(0.5, 0.5, 8.5, 8.5, 500, 500)
    const {cluster} = await kmeans({vectors, dim: 2, clusters: 3, start, random: openRandom(0)})
    assert.equal(new Set(cluster).size, 3)
  })

  test('copes with fewer distinct items than clusters, and fewer items than clusters', async () => {
    const same = new Float32Array(10 * 3).fill(0.5)
    for (const start of ['random', 'plus-plus'] as const) {
      const {cluster, centroids} = await kmeans({vectors: same, dim: 3, clusters: 4, start, random: openRandom(0)})
      assert.ok(cluster.every((own) => own >= 0 && own < 4))
      assert.ok(centroids.every((value) => value === 0.5))
      const few = await kmeans({vectors: same.slice(0, 6), dim: 3, clusters: 4, start, random: openRandom(0)})
      assert.equal(few.centroids.length, 2 * 3)
    }
  })

  test('leaves no tensor behind', async () => {
    const before = liveTensors()
    const vectors = points(100, 4, 5, 0.5, 'tensors')
    for (const start of ['random', 'plus-plus'] as const)
      await kmeans({vectors, dim: 4, clusters: 7, start, random: openRandom(0)})
    assert.equal(liveTensors(), before)
  })
})
