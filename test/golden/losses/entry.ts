/** What losses.json holds (fixtures' README). */
export interface Case {
  readonly embeddings: number[][]
  readonly labels: number[]
  readonly num_classes: number
  readonly sub_centres_per_class: number
  readonly class_weights: number[][]
  readonly sub_centres: number[][]
  readonly beta_offsets: number[]
}

export interface Entry {
  readonly id: string
  readonly case: string
  readonly library: string
  readonly loss: string
  readonly params: Readonly<Record<string, unknown>>
  readonly miner?: {readonly name: string; readonly [parameter: string]: unknown}
  readonly triplets?: readonly (readonly [number, number, number])[]
  readonly tuples?: readonly (readonly number[])[]
  readonly anchors?: readonly number[]
  readonly positives?: readonly (readonly number[])[]
  readonly negatives?: readonly (readonly number[])[]
  readonly beta?: readonly number[]
  readonly bias?: readonly number[]
  readonly uses_weights: readonly string[]
  readonly loss_value: number
  readonly grad_embeddings: number[][]
  readonly grad_max_abs?: number
  /** grad_<weights>, student, teacher and others. */
  readonly [other: string]: unknown
}

/** A case as we run it. */
export interface GoldenRun {
  /** In our words: objectiveParameters parses it. */
  readonly spec: {readonly loss: string; readonly [parameter: string]: unknown}
  /** Planned tuples of rows; absent: a plain batch. */
  readonly tuples?: readonly {
    readonly anchors: readonly number[]
    readonly positives: readonly number[]
    readonly negatives: readonly number[]
  }[]
  /** Instead of the case's. */
  readonly embeddings?: readonly (readonly number[])[]
  /** Other views of the same rows, by number; their gradient is not compared. */
  readonly secondView?: readonly (readonly number[])[]
  /** Embeddings of the same rows by a teacher. */
  readonly teacher?: readonly (readonly number[])[]
  /** Groups of the rows that are views of one image; absent: classes. */
  readonly groups?: readonly number[]
  /** Instead of grad_embeddings. */
  readonly gradient?: readonly (readonly number[])[]
  /** The batch that many times running, for losses that remember; the last counts. */
  readonly calls?: number
  /** By our name (without "loss."): the weights in the checkpoint, and their gradient (absent: not compared). */
  readonly weights?: Readonly<Record<string, {readonly values: Rows; readonly gradient?: Rows}>>
  /** Wider than the fixtures' README asks, with the reason. */
  readonly tolerance?: {readonly loss: number; readonly gradient: number; readonly because: string}
  /** Entries of the gradient that are not numbers in the reference: ours must be finite there. */
  readonly onlyFinite?: boolean
}

type Rows = readonly (readonly number[])[] | readonly number[]

/** How a library's loss is said in ours, by `library loss`, as "pytorch-metric-learning 2.8.1 TripletMarginLoss". */
export type Families = Readonly<Record<string, (entry: Entry, data: Case) => GoldenRun>>
