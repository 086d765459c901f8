import type {ScheduleParameters} from './parameters/schedule.ts'

/** What a plateau schedule remembers of the measurements so far. It travels in the plan, so that a replay decides the same. */
export interface PlateauState {
  /** Share of the learning rate that is left. */
  readonly reduction: number
  /** Best measurement so far; null before the first. */
  readonly best: number | null
  /** Epochs since then without a better one. */
  readonly badEpochs: number
  /** Epochs that are still waited for after a reduction. */
  readonly cooldown: number
}

/** Before anything is measured. */
export const plateauStart: PlateauState = {reduction: 1, best: null, badEpochs: 0, cooldown: 0}

/**
 * Takes in the measurement of one more epoch, as torch.optim.lr_scheduler.ReduceLROnPlateau (without its eps, which would stop rates
 * below 1e-8 from falling). A measurement that is null counts as not better.
 */
export function judgeEpoch(
  state: PlateauState,
  measured: number | null,
  spec: ScheduleParameters<'plateau'>,
): PlateauState {
  const better = measured !== null && (state.best === null || isBetter(measured, state.best, spec))
  const best = better ? measured : state.best
  const badEpochs = better || state.cooldown > 0 ? 0 : state.badEpochs + 1
  if (badEpochs <= spec.patience)
    return {reduction: state.reduction, best, badEpochs, cooldown: Math.max(0, state.cooldown - 1)}
  return {
    reduction: Math.max(state.reduction * spec.factor, spec.floor),
    best,
    badEpochs: 0,
    cooldown: spec.cooldown,
  }
}

function isBetter(
  measured: number,
  best: number,
  {mode, threshold, threshold_mode}: ScheduleParameters<'plateau'>,
): boolean {
  const sign = mode === 'max' ? 1 : -1
  const least = threshold_mode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold
  return mode === 'max' ? measured > least : measured < least
}
