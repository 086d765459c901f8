import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {resolve} from 'node:path'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {openSchedule, type PlannedRate} from '../../lib/objectives/schedules.ts'

async function rates(schedule: object, epochs: number, stepsPerEpoch: number, reduction = 1): Promise<PlannedRate[]> {
  const rateAt = await openSchedule(scheduleParameters.parse(schedule), 2, reduction)
  return Array.from({length: epochs * stepsPerEpoch}, (_, done) =>
    rateAt({epoch: 1 + Math.floor(done / stepsPerEpoch), step: done % stepsPerEpoch, stepsPerEpoch}),
  )
}

async function lrs(schedule: object, epochs: number, stepsPerEpoch: number, reduction = 1): Promise<number[]> {
  return (await rates(schedule, epochs, stepsPerEpoch, reduction)).map(({lr}) => lr)
}

describe('a learning rate', () => {
  test('that is constant is the base rate', async () => {
    assert.deepEqual(await lrs({name: 'constant'}, 2, 2), [2, 2, 2, 2])
  })

  test('drops after each milestone, at the start of the next epoch', async () => {
    assert.deepEqual(await lrs({name: 'step', milestones: [1, 3], gamma: 0.5}, 4, 1), [2, 1, 1, 0.5])
    assert.deepEqual(await lrs({name: 'step', every: 2, gamma: 0.5}, 3, 2), [2, 2, 2, 2, 1, 1])
  })

  test('of a cosine falls to half in the middle of its horizon and stays at the floor after it', async () => {
    const [start, , middle, , end, after] = await lrs({name: 'cosine', epochs: 2, floor: 0.25}, 3, 2)
    assert.deepEqual([start, end, after], [2, 0.5, 0.5])
    assert.ok(Math.abs(middle! - (2 + 0.5) / 2) < 1e-12)
  })

  test('warms up in a line, before the cosine begins at the base rate', async () => {
    const warm = await lrs({name: 'cosine', epochs: 5, warmup_steps: 4, warmup_from: 0.2}, 5, 2)
    const expected = [0.4, 0.8, 1.2, 1.6, 2]
    warm.slice(0, 5).forEach((rate, step) => {
      assert.ok(Math.abs(rate - expected[step]!) < 1e-12)
    })
  })

  test('may warm up before any schedule: per step ones begin after it, per epoch ones are multiplied', async () => {
    const warmup = {warmup_steps: 2, warmup_from: 0.5}
    assert.deepEqual(await lrs({name: 'step', milestones: [1], gamma: 0.5, ...warmup}, 3, 1), [1, 0.75, 1])
    const cyclic = {name: 'cyclic', up_epochs: 1, floor: 0.5, cycle_momentum: false}
    assert.deepEqual(await lrs({...cyclic, ...warmup}, 5, 1), [0.5, 0.75, 1, 2, 1])
    const oneCycle = {
      name: 'one-cycle',
      epochs: 6,
      anneal: 'linear',
      pct_start: 0.5,
      div_factor: 2,
      final_div_factor: 1,
    }
    assert.deepEqual(await lrs({...oneCycle, ...warmup, cycle_momentum: false}, 7, 1), [0.5, 0.75, 1, 2, 1.5, 1, 1])
  })

  test('of one cycle stays at its end; momentum moves the other way round, or not at all', async () => {
    const spec = {name: 'one-cycle', epochs: 2, anneal: 'linear', pct_start: 0.5, div_factor: 4, final_div_factor: 2}
    const cycle = await rates(spec, 3, 2)
    assert.deepEqual(
      cycle.map(({lr}) => lr),
      [0.5, 2, 1.125, 0.25, 0.25, 0.25],
    )
    const expected = [0.95, 0.85, 0.9, 0.95, 0.95, 0.95]
    cycle.forEach(({momentum}, step) => {
      assert.ok(Math.abs(momentum! - expected[step]!) < 1e-12)
    })
    assert.ok((await rates({...spec, cycle_momentum: false}, 3, 2)).every((rate) => !('momentum' in rate)))
  })

  test('of one cycle as short as a step or two is finite', async () => {
    for (const epochs of [0.01, 1, 2, 3]) {
      for (const three_phase of [false, true]) {
        for (const {lr, momentum} of await rates({name: 'one-cycle', epochs, three_phase}, 4, 1))
          assert.ok(lr > 0 && lr <= 2 && momentum! >= 0.85 - 1e-12 && momentum! <= 0.95, `${epochs}: ${lr} ${momentum}`)
      }
    }
  })

  test('of cosines with restarts begins anew after each, which may be longer', async () => {
    const halves = await lrs({name: 'cosine-restarts', epochs: 1, multiply: 2, floor: 0}, 7, 2)
    const starts = [...halves.keys()].filter((step) => halves[step] === 2)
    assert.deepEqual(starts, [0, 2, 6])
  })

  test('of cycles is lower with each step, or by half with each cycle', async () => {
    const spec = {name: 'cyclic', up_epochs: 1, floor: 0.5, cycle_momentum: false}
    assert.deepEqual(await lrs(spec, 5, 1), [1, 2, 1, 2, 1])
    assert.deepEqual(await lrs({...spec, mode: 'triangular2'}, 5, 1), [1, 2, 1, 1.5, 1])
    assert.deepEqual(await lrs({...spec, mode: 'exp_range', gamma: 0.5}, 5, 1), [1, 1.5, 1, 1.125, 1])
  })

  test('on a plateau is what the measurements have left of it', async () => {
    assert.deepEqual(await lrs({name: 'plateau', metric: 'map_at_r'}, 2, 1, 0.25), [0.5, 0.5])
  })

  test('of a step does not depend on how many epochs are asked for, and never leaves floor and base', async () => {
    const common = {warmup_steps: fc.integer({min: 0, max: 30}), warmup_from: fc.double({min: 0, max: 1, noNaN: true})}
    const epochs = fc.double({min: 0.1, max: 20, noNaN: true})
    const floor = fc.double({min: 0, max: 0.1, noNaN: true})
    const name = (text: string) => fc.constant(text)
    const schedules = fc.oneof(
      fc.record({name: name('cosine'), epochs, floor, ...common}),
      fc.record({name: name('cosine-restarts'), epochs, floor, multiply: fc.integer({min: 1, max: 3}), ...common}),
      fc.record({name: name('cyclic'), up_epochs: epochs, down_epochs: epochs, floor, ...common}),
      fc.record({
        name: name('one-cycle'),
        epochs,
        pct_start: fc.double({min: 0.01, max: 0.5, noNaN: true}),
        three_phase: fc.boolean(),
        anneal: fc.constantFrom('cos', 'linear'),
        ...common,
      }),
    )
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const long = await lrs(schedule, 25, 3)
        assert.deepEqual(await lrs(schedule, 4, 3), long.slice(0, 12))
        for (const rate of long) assert.ok(rate >= -1e-12 && rate <= 2 + 1e-12, `${rate}`)
        const low = 'floor' in schedule ? 2 * schedule.floor * Math.min(1, schedule.warmup_from) : 0
        for (const rate of long) assert.ok(rate >= low - 1e-12, `${rate} is below the floor`)
      }),
    )
  })
})

describe('schedule parameters', () => {
  test('name schedules that have a file', () => {
    const files = readdirSync(resolve(import.meta.dirname, '../../lib/objectives/schedules'))
    const names = scheduleParameters.options.map(({shape}) => `${shape.name.value}.ts`)
    const shared = ['half-cosine.ts', 'schedule.ts']
    assert.deepEqual([...names, ...shared].sort(), files.sort())
  })

  const refused: [string, object, string, string][] = [
    ['neither milestones nor a distance', {name: 'step'}, 'milestones', 'must be given, or every, and not both'],
    ['both of them', {name: 'step', milestones: [1], every: 2}, 'milestones', 'must be given, or every, and not both'],
    [
      'a momentum that falls upwards',
      {name: 'one-cycle', epochs: 1, base_momentum: 0.96},
      'base_momentum',
      'must be at most max_momentum (0.95)',
    ],
    [
      'three phases longer than the cycle',
      {name: 'one-cycle', epochs: 1, three_phase: true, pct_start: 0.6},
      'pct_start',
      'must be at most 0.5 with three_phase: true, for the rate falls as long as it rose',
    ],
  ]
  for (const [what, spec, place, message] of refused) {
    test(`refuse ${what}, at its place`, () => {
      const {issues} = scheduleParameters.safeParse(spec).error!
      assert.deepEqual(
        issues.map((issue) => [issue.path.join('.'), issue.message]),
        [[place, message]],
      )
    })
  }
})
