import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {distancesFrom, nearestPlaces} from '../../../lib/report/analysis/distances.ts'

test('distances are those of Euclid, and that of a duplicate is exactly 0', () => {
  const vectors = Float32Array.of(0.6, 0.8, 0.6, 0.8, 0, 1)
  const distances = distancesFrom({vectors, dim: 2}, 0, [0, 1, 2])
  assert.equal(distances[1], 0)
  assert.ok(Math.abs(distances[2]! - Math.hypot(0.6, 0.8 - 1)) < 1e-6)
})

test('the nearest places are those that sorting finds, ties by place, without the one that asks', () => {
  const few = fc.array(fc.integer({min: 0, max: 5}), {minLength: 1, maxLength: 20})
  fc.assert(
    fc.property(few, fc.nat(25), fc.nat(19), (values, count, asking) => {
      const without = asking % values.length
      const expected = [...values.keys()]
        .filter((place) => place !== without)
        .sort((a, b) => values[a]! - values[b]! || a - b)
        .slice(0, count)
      assert.deepEqual(nearestPlaces(Float32Array.from(values), count, without), expected)
    }),
  )
})
