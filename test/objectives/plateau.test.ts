import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {type ScheduleParameters, scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {judgeEpoch, type PlateauState, plateauStart} from '../../lib/objectives/plateau.ts'

/** The shares that are left after each measurement. */
function reductions(spec: object, measured: readonly (number | null)[]): number[] {
  const schedule = scheduleParameters.parse({name: 'plateau', metric: 'map_at_r', ...spec})
  let state: PlateauState = plateauStart
  return measured.map((value) => {
    state = judgeEpoch(state, value, schedule as ScheduleParameters<'plateau'>)
    return state.reduction
  })
}

describe('a plateau schedule', () => {
  const rising = [0.3, 0.35, 0.35, 0.34, 0.36, 0.36, 0.36001, 0.2, 0.3, 0.36, 0.36, 0.37, 0.37, 0.37, 0.37]
  const falling = [3, 2, 2, 2, 1.9, 1.9, 1.9, 1.9, 1.8, 1.8, 1.8]

  // torch.optim.lr_scheduler.ReduceLROnPlateau over a rate of 1, torch 2.13.0
  const cases: [string, object, (number | null)[], number[]][] = [
    [
      'halves after two epochs without improvement',
      {factor: 0.5, patience: 1},
      rising,
      [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.0625, 0.03125, 0.03125],
    ],
    [
      'waits after a reduction, wants real improvements, stops at its floor',
      {factor: 0.5, patience: 0, cooldown: 2, threshold: 0.02, threshold_mode: 'abs', floor: 0.2},
      rising,
      [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
    ],
    [
      'may want less',
      {mode: 'min', patience: 1, threshold: 0.05},
      falling,
      [1, 1, 1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001, 0.001, 0.0001],
    ],
    [
      'counts what could not be measured as no improvement',
      {factor: 0.5, patience: 1},
      [null, 0.3, null, 0.3, 0.3],
      [1, 1, 1, 0.5, 0.5],
    ],
  ]
  for (const [what, spec, measured, expected] of cases) {
    test(what, () => {
      reductions(spec, measured).forEach((share, epoch) => {
        assert.ok(
          Math.abs(share / expected[epoch]! - 1) < 1e-12,
          `epoch ${epoch + 1}: ${share}, not ${expected[epoch]}`,
        )
      })
    })
  }
})
