/** pipeline.yaml after checking, without params: names as written there. */
export interface Pipeline {
  readonly stages: Readonly<Record<string, StageEntry>>
  readonly loop: Loop
}

export interface Loop {
  /** What one turn is called, `epoch`. */
  readonly name: string
  readonly from: number
  /** How far to go when not told otherwise. */
  readonly to: number
  readonly carry: Readonly<Record<string, Carry>>
  readonly advance: Readonly<Record<string, StageEntry>>
  readonly measure: Readonly<Record<string, StageEntry>>
}

export interface Carry {
  readonly first?: OutputReference
  readonly next: OutputReference
}

export interface OutputReference {
  readonly stage: string
  readonly output: string
}

export interface StageEntry {
  /** Name in the catalogue. */
  readonly run: string
  readonly in: Readonly<Record<string, OutputReference>>
  readonly out: Readonly<Record<string, string>>
  /** Dotted paths of the parameters that the stage reads. */
  readonly params: readonly string[]
  readonly with: Readonly<Record<string, unknown>>
  readonly snapshotEverySteps: number
  readonly keep: Readonly<Record<string, KeepRule>>
}

/** Which epochs' outputs keep their bytes: the newest `last` ones and the best by a validation metric. Others are dropped. */
export interface KeepRule {
  readonly last?: number
  /** `evaluate.precision_at_1`: larger is better. */
  readonly best?: {readonly stage: string; readonly metric: string}
}
