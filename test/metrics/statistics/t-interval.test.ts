import assert from 'node:assert/strict'
import {test} from 'node:test'
import jstat from 'jstat'
import {repeatedMean} from '../../../lib/metrics/statistics/t-interval.ts'

test('the interval of repetitions is Student’s, for few and many of them and at other levels', () => {
  for (const count of [2, 3, 4, 5, 6, 10, 11, 50]) {
    const values = Array.from({length: count}, (_, i) => Math.sin(3 * i) + 0.1 * i)
    for (const level of [0.5, 0.95, 0.999]) {
      const {mean, interval} = repeatedMean(values, level)
      const expectedMean = values.reduce((sum, value) => sum + value, 0) / count
      assert.ok(Math.abs(mean - expectedMean) < 1e-12)
      const squares = values.reduce((sum, value) => sum + (value - expectedMean) ** 2, 0)
      const half = jstat.studentt.inv((1 + level) / 2, count - 1) * Math.sqrt(squares / (count - 1) / count)
      for (const [at, sign] of [-1, 1].entries()) {
        const expected = mean + sign * half
        assert.ok(
          Math.abs(interval![at]! - expected) < 1e-6 * Math.abs(half),
          `${count}, ${level}: ${interval![at]}, not ${expected}`,
        )
      }
    }
  }
})

test('one run has a mean and no interval; equal runs have an interval of no width', () => {
  assert.deepEqual(repeatedMean([0.5]), {mean: 0.5})
  assert.deepEqual(repeatedMean([0.25, 0.25, 0.25]), {mean: 0.25, interval: [0.25, 0.25]})
})
