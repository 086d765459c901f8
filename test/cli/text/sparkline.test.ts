import assert from 'node:assert/strict'
import {test} from 'node:test'
import {sparkline} from '../../../lib/cli/text/sparkline.ts'

test('A sparkline has a bar a number, from the smallest to the largest', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 20), '▁▂▃▄▅▆▇█')
  assert.equal(sparkline([-5, 5, 0], 20), '▁█▅')
})

test('Many numbers are averaged into as many bars as fit', () => {
  assert.equal(sparkline([0, 2, 9, 11, 5, 5], 3), '▁█▄')
  assert.equal(
    sparkline(
      Array.from({length: 1000}, (_, i) => i),
      8,
    ),
    '▁▂▃▄▅▆▇█',
  )
})

test('Equal numbers, gaps and nothing at all are no trouble', () => {
  assert.equal(sparkline([3, 3, 3], 20), '▁▁▁')
  assert.equal(sparkline([1, Number.NaN, 2], 20), '▁ █')
  assert.equal(sparkline([Number.NaN, Number.NaN], 20), '  ')
  assert.equal(sparkline([], 20), '')
})
