import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {learningRate} from '../../lib/objectives/schedules.ts'

const rates = (schedule: unknown, epochs: number, stepsPerEpoch: number) =>
  Array.from({length: epochs * stepsPerEpoch}, (_, done) =>
    learningRate(scheduleParameters.parse(schedule), 2, {
      epoch: 1 + Math.floor(done / stepsPerEpoch),
      step: done % stepsPerEpoch,
      stepsPerEpoch,
    }),
  )

describe('a learning rate', () => {
  test('that is constant is the base rate', () => {
    assert.deepEqual(rates({name: 'constant'}, 2, 2), [2, 2, 2, 2])
  })

  test('drops after each milestone, at the start of the next epoch', () => {
    assert.deepEqual(rates({name: 'step', milestones: [1, 3], gamma: 0.5}, 4, 1), [2, 1, 1, 0.5])
  })

  test('of a cosine falls to half in the middle of its horizon and stays at the floor after it', () => {
    const [start, , middle, , end, after] = rates({name: 'cosine', epochs: 2, floor: 0.25}, 3, 2)
    assert.deepEqual([start, end, after], [2, 0.5, 0.5])
    assert.ok(Math.abs(middle! - (2 + 0.5) / 2) < 1e-12)
  })

  test('warms up in a line, before the cosine begins at the base rate', () => {
    const warm = rates({name: 'cosine', epochs: 5, warmup_steps: 4, warmup_from: 0.2}, 5, 2)
    const expected = [0.4, 0.8, 1.2, 1.6, 2]
    warm.slice(0, 5).forEach((rate, step) => {
      assert.ok(Math.abs(rate - expected[step]!) < 1e-12)
    })
  })

  test('of a step does not depend on how many epochs are asked for, and never leaves floor and base', () => {
    const schedules = fc.record({
      name: fc.constant('cosine'),
      epochs: fc.integer({min: 1, max: 20}),
      warmup_steps: fc.integer({min: 0, max: 30}),
      floor: fc.double({min: 0, max: 0.1, noNaN: true}),
    })
    fc.assert(
      fc.property(schedules, (schedule) => {
        const long = rates(schedule, 25, 3)
        assert.deepEqual(rates(schedule, 4, 3), long.slice(0, 12))
        for (const rate of long) assert.ok(rate >= 2 * schedule.floor - 1e-12 && rate <= 2 + 1e-12, `${rate}`)
      }),
    )
  })
})
