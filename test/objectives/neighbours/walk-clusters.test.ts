import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import type {DescriptorSet} from '../../../lib/engine/nearest/sets.ts'
import {drawPool} from '../../../lib/objectives/neighbours/pool.ts'
import {walkClusters} from '../../../lib/objectives/neighbours/walk-clusters.ts'
import {openRandom} from '../../../lib/random.ts'

function vectorsOf(labels: readonly number[], seed: number): DescriptorSet {
  const random = openRandom('clusters', seed)
  const rows = labels.map(() => Array.from({length: 4}, () => random.normal()))
  return {
    id: Int32Array.from(labels, (_, row) => 3 * row),
    label: Int32Array.from(labels),
    vectors: Float32Array.from(rows.flatMap((row) => row.map((value) => value / Math.hypot(...row)))),
    dim: 4,
  }
}

/** The walk as cnnimageretrieval writes it: down the sorted pool, an image of every new class. */
function walk(set: DescriptorSet, query: number, pool: Int32Array, count: number): number[] {
  const similarity = (row: number) =>
    [0, 1, 2, 3].reduce((sum, i) => sum + set.vectors[4 * query + i]! * set.vectors[4 * row + i]!, 0)
  const taken = new Set([set.label[query]!])
  const negatives: number[] = []
  for (const row of [...pool].sort((a, b) => similarity(b) - similarity(a))) {
    if (negatives.length === count) break
    if (taken.has(set.label[row]!)) continue
    taken.add(set.label[row]!)
    negatives.push(set.id[row]!)
  }
  return negatives
}

describe('the walk over clusters', () => {
  test('takes what a walk down the sorted pool takes', async () => {
    const cases = fc.record({
      labels: fc.array(fc.integer({min: 0, max: 6}), {minLength: 30, maxLength: 40}),
      seed: fc.nat(),
      size: fc.integer({min: 25, max: 40}),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({labels, seed, size}) => {
        const set = vectorsOf(labels, seed)
        const pool = drawPool(labels.length, size, [seed])
        fc.pre(new Set(Array.from(pool, (row) => labels[row])).size >= 4)
        const anchors = set.id.slice(3, 9)
        const mining = {negatives: 3, pool_size: size}
        const {rows} = await walkClusters(mining, anchors, {descriptors: set, images: set, epoch: 1, seed: [seed]})
        for (const anchor of anchors) {
          const found = [...rows.neighbour].filter((_, row) => rows.anchor[row] === anchor)
          assert.deepEqual(found, walk(set, anchor / 3, pool, 3))
        }
      }),
      {numRuns: 40},
    )
  })

  test('refuses more negatives than there are other classes in the pool', async () => {
    const set = vectorsOf([0, 0, 1, 1, 2, 2], 0)
    const context = {descriptors: set, images: set, epoch: 1, seed: [0]}
    await assert.rejects(walkClusters({negatives: 3, pool_size: 100}, set.id, context), {
      name: 'UserError',
      message:
        'The pool of 6 images has 2 classes beside class 0 of image 0, but mining.negatives is 3, one a class. Lower it, or raise mining.pool_size.',
    })
  })
})
