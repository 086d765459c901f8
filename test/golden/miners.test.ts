import assert from 'node:assert/strict'
import {test} from 'node:test'
import {nearest} from '../../lib/engine/nearest.ts'
import {golden} from '../golden.ts'

interface NearestNegatives {
  readonly top: number
  readonly labels: number[]
  readonly descriptors: number[][]
  readonly nearest_negatives: number[][]
}

const miners = golden('miners.json') as {
  readonly nearest_negatives: NearestNegatives
}

test('the nearest images of other classes are those of the lab, nearest first', async () => {
  const {top, labels, descriptors, nearest_negatives: expected} = miners.nearest_negatives
  assert.ok(expected.length > 0, 'no case')
  const set = {
    id: Int32Array.from(labels.keys()),
    label: Int32Array.from(labels),
    vectors: Float32Array.from(descriptors.flat()),
    dim: descriptors[0]!.length,
  }
  const {ids} = await nearest({queries: set, references: set, k: top, exclude: 'same-class'})
  assert.deepEqual(
    labels.map((_, row) => [...ids.subarray(row * top, (row + 1) * top)]),
    expected,
  )
})
