/** How the learning rate rises in a range test, and when it ends. */
export interface RangeTestSpec {
  readonly lowest: number
  readonly highest: number
  readonly steps: number
  /** Share of the running mean that stays at each step. */
  readonly smoothing: number
  /** The test is over when the smoothed loss is so many times the smallest one. */
  readonly stop_factor: number
}

/** Learning rate of a step of a range test (Smith 2017): from the lowest to the highest in equal factors. */
export function testedRate({lowest, highest, steps}: RangeTestSpec, step: number): number {
  return lowest * (highest / lowest) ** (step / (steps - 1))
}

/** Running mean of the losses so far, without the pull of a first value of 0 (as Adam corrects its moments). */
export function smooth(losses: readonly number[], smoothing: number): number[] {
  let mean = 0
  return losses.map((loss, step) => {
    mean = smoothing * mean + (1 - smoothing) * loss
    return mean / (1 - smoothing ** (step + 1))
  })
}

/** Whether the loss has run away, so that higher rates tell nothing more. */
export function hasDiverged(smoothed: readonly number[], stopFactor: number): boolean {
  return smoothed.at(-1)! > stopFactor * Math.min(...smoothed)
}

/**
 * The rate at which the smoothed loss falls fastest per factor of the rate: a little below where training stops getting better.
 * The first tenth is left out, where the running mean has seen too little. Undefined where the loss never falls.
 */
export function suggestRate(rates: readonly number[], smoothed: readonly number[]): number | undefined {
  let steepest = 0
  let suggested: number | undefined
  for (let step = Math.max(1, Math.ceil(rates.length / 10)); step < rates.length - 1; step++) {
    const slope = smoothed[step + 1]! - smoothed[step - 1]!
    if (slope >= steepest) continue
    steepest = slope
    suggested = rates[step]!
  }
  return suggested
}
