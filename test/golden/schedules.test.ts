import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {learningRate, type Moment} from '../../lib/objectives/schedules.ts'
import {golden} from '../golden.ts'

interface Schedule {
  readonly id: string
  readonly params: Readonly<Record<string, unknown>>
  readonly lr: number[]
}

const {schedules} = golden('optim.json') as {schedules: Schedule[]}

interface Ours {
  readonly spec: unknown
  readonly base: number
  readonly steps: number
  readonly moment: (step: number) => Moment
}

/** One golden step is one epoch of one step, or one step of a single long epoch. */
const perEpoch = (step: number): Moment => ({epoch: step + 1, step: 0, stepsPerEpoch: 1})
const inOneEpoch = (stepsPerEpoch: number) => (step: number) => ({epoch: 1, step, stepsPerEpoch})

const families: Readonly<Record<string, (schedule: Schedule) => Ours>> = {
  multistep: ({params, lr}) => {
    const {milestones, gamma, base_lr} = params as {milestones: number[]; gamma: number; base_lr: number}
    return {spec: {name: 'step', milestones, gamma}, base: base_lr, steps: lr.length, moment: perEpoch}
  },
  step: ({params, lr}) => {
    const {step_size, gamma, base_lr} = params as {step_size: number; gamma: number; base_lr: number}
    const milestones = lr.map((_, step) => step * step_size).slice(1)
    return {spec: {name: 'step', milestones, gamma}, base: base_lr, steps: lr.length, moment: perEpoch}
  },
  // PyTorch's goes up again after T_max; ours stays at the floor, so the values are compared up to there.
  cosine: ({params}) => {
    const {T_max, eta_min, base_lr} = params as {T_max: number; eta_min: number; base_lr: number}
    const spec = {name: 'cosine', epochs: T_max, floor: eta_min / base_lr}
    return {spec, base: base_lr, steps: T_max + 1, moment: perEpoch}
  },
  'linear-warmup-then-cosine': ({params}) => {
    const {warmup, cosine, base_lr} = params as {
      warmup: {start_factor: number; steps: number}
      cosine: {T_max: number; eta_min: number}
      base_lr: number
    }
    const spec = {
      name: 'cosine',
      epochs: 1,
      warmup_steps: warmup.steps,
      warmup_from: warmup.start_factor,
      floor: cosine.eta_min / base_lr,
    }
    return {spec, base: base_lr, steps: warmup.steps + cosine.T_max, moment: inOneEpoch(warmup.steps + cosine.T_max)}
  },
}

/** What a schedule is, told by its parameters; undefined for one that is not offered. */
function familyOf({params}: Schedule): string | undefined {
  if ('milestones' in params) return 'multistep'
  if ('step_size' in params) return 'step'
  if ('warmup' in params) return 'linear-warmup-then-cosine'
  return 'T_max' in params ? 'cosine' : undefined
}

describe("learning rates equal PyTorch's", () => {
  for (const [family, translate] of Object.entries(families)) {
    test(family, (context) => {
      const cases = schedules.filter((schedule) => familyOf(schedule) === family)
      assert.ok(cases.length > 0, `no case of ${family}`)
      for (const schedule of cases) {
        const {spec, base, steps, moment} = translate(schedule)
        const parsed = scheduleParameters.parse(spec)
        for (let step = 0; step < Math.min(steps, schedule.lr.length); step++) {
          const [got, expected] = [learningRate(parsed, base, moment(step)), schedule.lr[step]!]
          // PyTorch steps its cosine by recursion, which adds rounding errors up: relative to the base rate, not to a value near 0.
          assert.ok(Math.abs(got - expected) <= 1e-12 * base, `${schedule.id} at step ${step}: ${got}, not ${expected}`)
        }
      }
      const others = schedules.filter((schedule) => familyOf(schedule) === undefined)
      context.diagnostic(`${cases.length} cases; ${others.length} of other schedules not yet in scope`)
    })
  }
})
