/** Named measurements of one state of the model: `{precision_at_1: 0.54, map_at_r: 0.32}`. */
export type Metrics = Readonly<Record<string, number>>

/** What is known of one epoch; epoch 0 is the untrained model. */
export interface EpochRow {
  readonly epoch: number
  readonly metrics: Metrics
  /** The same of each test set that has a name; `metrics` are their means. */
  readonly sets?: readonly {readonly name: string; readonly metrics: Metrics}[]
  /** Mean over the epoch's steps. */
  readonly loss?: number
  /** Mean share of tuples with a loss above zero. */
  readonly activeFraction?: number
  /** Of training alone. */
  readonly imagesPerSecond?: number
  /** Of all stages of the epoch, as measured when they were computed. */
  readonly seconds?: number
  /** Selected on the validation set. */
  readonly best: boolean
}

/** All epochs of a run, and the line that needs no model. */
export interface EpochHistory {
  readonly run: string
  /** Metrics in the order of their files. */
  readonly metricNames: readonly string[]
  readonly epochs: readonly EpochRow[]
  /** There is no validation set: the best epoch is chosen on the test classes. */
  readonly chosenOnTest: boolean
  /** Raw 16x16 pixels as descriptors. */
  readonly baseline?: Metrics
}
