import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import type {Moment} from '../../lib/objectives/schedules/schedule.ts'
import {openSchedule} from '../../lib/objectives/schedules.ts'
import {golden} from '../golden.ts'

interface Schedule {
  readonly id: string
  readonly params: Readonly<Record<string, unknown>>
  readonly lr: readonly number[]
  readonly momentum?: readonly number[]
  readonly beta1?: readonly number[]
}

const {schedules} = golden('optim.json') as {schedules: Schedule[]}

/** A schedule of the file in our words. */
interface Ours {
  readonly spec: object
  readonly base: number
  readonly moment: (step: number) => Moment
  /** Largest difference: relative to the value, or to the base rate where PyTorch's own way there has added rounding errors up. */
  readonly tolerance?: 'value' | 'base'
  /** Steps after which ours is meant to differ. */
  readonly steps?: number
}

/** One golden step is one epoch of one step, or one step of a single long epoch. */
const perEpoch = (step: number): Moment => ({epoch: step + 1, step: 0, stepsPerEpoch: 1})
const inOneEpoch = (stepsPerEpoch: number) => (step: number) => ({epoch: 1, step, stepsPerEpoch})

/** PyTorch's defaults where a case does not name a parameter. */
const families: Readonly<Record<string, (params: Record<string, number>, schedule: Schedule) => Ours>> = {
  multistep: ({milestones, gamma, base_lr}) => ({
    spec: {name: 'step', milestones, gamma},
    base: base_lr!,
    moment: perEpoch,
  }),
  step: ({step_size, gamma, base_lr}) => ({
    spec: {name: 'step', every: step_size, gamma},
    base: base_lr!,
    moment: perEpoch,
  }),
  exponential: ({gamma, base_lr}) => ({spec: {name: 'exponential', gamma}, base: base_lr!, moment: perEpoch}),
  // PyTorch's goes up again after T_max; ours stays at the floor, so the values are compared up to there.
  cosine: ({T_max, eta_min, base_lr}) => ({
    spec: {name: 'cosine', epochs: T_max, floor: eta_min! / base_lr!},
    base: base_lr!,
    moment: perEpoch,
    tolerance: 'base',
    steps: T_max! + 1,
  }),
  'cosine-restarts': ({T_0, T_mult, eta_min, base_lr}) => ({
    spec: {name: 'cosine-restarts', epochs: T_0, multiply: T_mult, floor: eta_min! / base_lr!},
    base: base_lr!,
    moment: perEpoch,
  }),
  'one-cycle': ({max_lr, total_steps, ...params}, {params: {anneal = 'cos', three_phase}, momentum, beta1}) => ({
    spec: {
      name: 'one-cycle',
      epochs: 1,
      anneal,
      three_phase,
      cycle_momentum: (momentum ?? beta1) !== undefined,
      ...pick(params, 'pct_start', 'div_factor', 'final_div_factor', 'base_momentum', 'max_momentum'),
    },
    base: max_lr!,
    moment: inOneEpoch(total_steps!),
    // PyTorch's line goes from the height to the end, which has the rounding errors of the height.
    tolerance: anneal === 'linear' ? 'base' : 'value',
  }),
  cyclic: ({base_lr, max_lr, step_size_up, step_size_down, ...params}, {params: {mode}, momentum}) => ({
    spec: {
      name: 'cyclic',
      up_epochs: step_size_up,
      down_epochs: step_size_down,
      floor: base_lr! / max_lr!,
      mode,
      cycle_momentum: momentum !== undefined,
      ...pick(params, 'gamma', 'base_momentum', 'max_momentum'),
    },
    base: max_lr!,
    moment: perEpoch,
  }),
  'linear-warmup-then-cosine': ({base_lr}, {params}) => {
    const {warmup, cosine} = params as unknown as {
      warmup: {start_factor: number; steps: number}
      cosine: {T_max: number; eta_min: number}
    }
    const spec = {
      name: 'cosine',
      epochs: 1,
      warmup_steps: warmup.steps,
      warmup_from: warmup.start_factor,
      floor: cosine.eta_min / base_lr!,
    }
    return {spec, base: base_lr!, moment: inOneEpoch(warmup.steps + cosine.T_max), tolerance: 'base'}
  },
}

/** What a schedule is, told by its parameters. */
function familyOf({params}: Schedule): string {
  const signs = {
    milestones: 'multistep',
    step_size: 'step',
    warmup: 'linear-warmup-then-cosine',
    T_max: 'cosine',
    T_0: 'cosine-restarts',
    step_size_up: 'cyclic',
    total_steps: 'one-cycle',
    gamma: 'exponential',
  }
  return Object.entries(signs).find(([name]) => name in params)?.[1] ?? 'unknown'
}

test('Every schedule of the golden file is one of ours, and each of ours has cases', () => {
  assert.deepEqual([...new Set(schedules.map(familyOf))].sort(), Object.keys(families).sort())
})

describe("learning rates and momenta equal PyTorch's", () => {
  for (const [family, translate] of Object.entries(families)) {
    test(family, async (context) => {
      const cases = schedules.filter((schedule) => familyOf(schedule) === family)
      for (const schedule of cases) {
        const {lr, momentum, beta1} = schedule
        const {
          spec,
          base,
          moment,
          tolerance = 'value',
          steps = lr.length,
        } = translate(schedule.params as Record<string, number>, schedule)
        const rateAt = await openSchedule(scheduleParameters.parse(spec), base)
        const momenta = momentum ?? beta1
        for (let step = 0; step < Math.min(steps, lr.length); step++) {
          const got = rateAt(moment(step))
          const what = `${schedule.id} at step ${step}`
          assertNear(got.lr, lr[step]!, tolerance === 'base' ? base : lr[step]!, what)
          assert.equal(got.momentum === undefined, momenta === undefined, what)
          if (momenta !== undefined) assertNear(got.momentum!, momenta[step]!, momenta[step]!, `momentum of ${what}`)
        }
      }
      context.diagnostic(`${cases.length} cases`)
    })
  }
})

function pick(params: Record<string, number>, ...names: string[]): Record<string, number> {
  return Object.fromEntries(names.flatMap((name) => (params[name] === undefined ? [] : [[name, params[name]]])))
}

function assertNear(actual: number, expected: number, scale: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= 1e-12 * Math.abs(scale), `${what}: ${actual}, not ${expected}`)
}
