import {setImmediate} from 'node:timers/promises'
import type {Random} from '../../random.ts'
import {bool, FLOAT, free, fromHost, type Raw, read, run, type} from '../op.ts'
import type {Savepoints} from '../savepoints.ts'

interface Start {
  readonly vectors: Float32Array
  readonly dim: number
  readonly clusters: number
  readonly start: 'random' | 'plus-plus' | Float32Array
  readonly random: Random
  readonly savepoints?: Savepoints
}

/** The first centroids, [clusters, dim]. */
export async function chooseStart(request: Start): Promise<Float32Array<ArrayBuffer>> {
  const {vectors, dim, clusters, start, random} = request
  if (start instanceof Float32Array) return start.slice(0, clusters * dim)
  const items = Array.from({length: vectors.length / dim}, (_, item) => item)
  const chosen = start === 'random' ? random.shuffled(items).slice(0, clusters) : await spreadOut(request)
  const centroids = new Float32Array(clusters * dim)
  for (const [cluster, item] of chosen.entries())
    centroids.set(vectors.subarray(item * dim, (item + 1) * dim), cluster * dim)
  return centroids
}

/** k-means++: the next item with a chance in proportion to its squared distance to the nearest one chosen. */
async function spreadOut({vectors, dim, clusters, random, savepoints}: Start): Promise<Int32Array> {
  const items = vectors.length / dim
  const norms = squaredNorms(vectors, dim)
  const all = fromHost(vectors, [items, dim])
  const chosen = new Int32Array(clusters)
  const nearest = new Float64Array(items).fill(Number.POSITIVE_INFINITY)
  // Which draws took a second random number.
  const drawnTwice = new Int32Array(clusters)
  const state = {chosen, nearest, drawnTwice}
  chosen[0] = random.below(items)
  const [, before = 1] = savepoints?.reached ?? []
  if (before > 1) {
    await savepoints?.restore(state)
    for (let count = 1; count < before; count++) {
      random.uniform()
      if (drawnTwice[count]) random.below(items)
    }
  }
  for (let count = before; count < clusters; count++) {
    const last = chosen[count - 1]!
    const products = productsWith(all, vectors.slice(last * dim, (last + 1) * dim))
    let sum = 0
    for (let item = 0; item < items; item++) {
      const squared = Math.max(0, norms[item]! + norms[last]! - 2 * products[item]!)
      if (squared < nearest[item]!) nearest[item] = squared
      sum += nearest[item]!
    }
    nearest[last] = 0 // rounding must not let an item be drawn twice
    const drawn = drawItem(nearest, sum, random)
    drawnTwice[count] = drawn === undefined ? 1 : 0
    chosen[count] = drawn ?? random.below(items)
    await savepoints?.reach([0, count + 1], state)
    if (count % 100 === 0) await setImmediate() // lets a wish to stop reach us
  }
  free(all)
  return chosen
}

/** An item in proportion to its weight; none where all weights are 0. */
function drawItem(weights: Float64Array, sum: number, random: Random): number | undefined {
  let left = random.uniform() * sum
  for (let item = 0; item < weights.length; item++) {
    left -= weights[item]!
    if (left < 0) return item
  }
  return undefined
}

function productsWith(all: Raw, vector: Float32Array): Float32Array {
  const column = fromHost(vector, [vector.length, 1])
  const result = run(
    'MatMul',
    [all, column],
    [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', false)],
  )
  const values = read(result) as Float32Array
  free(column, result)
  return values
}

function squaredNorms(vectors: Float32Array, dim: number): Float64Array {
  return Float64Array.from({length: vectors.length / dim}, (_, item) => {
    let sum = 0
    for (let at = item * dim; at < (item + 1) * dim; at++) sum += vectors[at]! * vectors[at]!
    return sum
  })
}
