import assert from 'node:assert/strict'
import {test} from 'node:test'
import {learnWhitening} from '../../../lib/metrics/space/learned-whitening.ts'

const mean = Float64Array.of(0, 0, 0)

test('a direction in which pairs never differ is given a finite weight, and the order is by the spread of the whole', () => {
  const differences = Float64Array.of(1, 0, 0, 0, 0.25, 0, 0, 0, 0)
  const scatter = Float64Array.of(4, 0, 0, 0, 9, 0, 0, 0, 0)
  const {rows, eigenvalues} = learnWhitening({mean, differences, scatter}, null)
  assert.ok(rows.every(Number.isFinite))
  // 9 / 0.25 along the second direction, 4 / 1 along the first.
  assert.deepEqual(
    Array.from(eigenvalues, (value) => Math.round(1000 * value) / 1000),
    [36, 4, 0],
  )
  assert.ok(Math.abs(rows[1]! - 2) < 1e-3 && Math.abs(rows[3]! - 1) < 1e-3)
})

test('pairs that are all the same picture leave a rotation', () => {
  const {rows} = learnWhitening(
    {mean, differences: new Float64Array(9), scatter: Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2)},
    2,
  )
  assert.deepEqual(Array.from(rows, Math.abs), [0, 1, 0, 0, 0, 1])
})
