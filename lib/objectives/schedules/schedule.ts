/** A step of training: epochs count from 1, steps inside an epoch from 0. */
export interface Moment {
  readonly epoch: number
  readonly step: number
  readonly stepsPerEpoch: number
}

/** A moment as schedules see it. */
export interface Clock extends Moment {
  /** Steps since training began or, where there is a warm-up, since that ended; 0 during the warm-up. */
  readonly done: number
}

/** What a schedule gives for a step. */
export interface Rate {
  /** Of `optimizer.lr`. */
  readonly share: number
  /** Instead of the optimiser's own momentum, or of Adam's first beta. */
  readonly momentum?: number
}

/**
 * One file of this folder. What it gives depends on nothing but its arguments, so asking for more epochs changes no earlier step.
 * `reduction`: what the plateau schedule has made of past measurements.
 */
export type Schedule<Spec> = (spec: Spec, clock: Clock, reduction: number) => Rate
