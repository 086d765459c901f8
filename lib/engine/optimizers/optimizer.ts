import type {Raw} from '../op.ts'

/** An optimiser on one flat float32 vector of weights, which it owns and updates in place. */
export interface Optimizer {
  /** One update. Handles got from `weights` and `state` should be free by then: one still held costs a copy. */
  apply(gradient: Raw, update: Update): void
  /** A handle to the weights, for the caller to free. */
  weights(): Raw
  /** Handles to what is kept for every weight, in the order of `stateNames`, for the caller to free. */
  state(): Raw[]
  dispose(): void
}

/** What changes from update to update. */
export interface Update {
  /** The `step`th update, from 1. */
  readonly step: number
  readonly learningRate: number
  /** Instead of the optimiser's own momentum, or of Adam's first beta. */
  readonly momentum?: number | undefined
}

/** One file of this folder; its settings have PyTorch's names. */
export interface OptimizerModule<Settings> {
  /** PyTorch's names of what is kept for every weight. */
  stateNames(settings: Settings): readonly string[]
  /** Takes over the handles of the weights and of the state, all vectors of one length. */
  open(weights: Raw, state: readonly Raw[], settings: Settings): Optimizer
}
