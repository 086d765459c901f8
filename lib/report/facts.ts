import type {BatchesTable} from '../tables/batches.ts'
import type {DescriptorsTable} from '../tables/descriptors.ts'
import type {ImagesTable} from '../tables/images.ts'
import type {NeighboursTable} from '../tables/neighbours.ts'
import type {QueriesTable} from '../tables/queries.ts'

/** A measured number, and between which bounds it may lie where that was estimated. */
export interface Measured {
  readonly value: number
  readonly interval?: {readonly low: number; readonly high: number}
}

export type Metrics = Readonly<Record<string, Measured>>

/** What was measured in a test set that has a name. */
export interface MeasuredSet {
  readonly name: string
  readonly queries: number
  readonly metrics: Metrics
}

/** What is known of one epoch; epoch 0 is the untrained model. Means are over the epoch's steps. */
export interface EpochFacts {
  readonly epoch: number
  readonly metrics: Metrics
  readonly loss?: number
  readonly activeFraction?: number
  readonly positiveDistance?: number
  readonly negativeDistance?: number
  readonly seconds?: number
  /** Selected on the validation set. */
  readonly best: boolean
}

/** Where something in the store came from. */
export interface Origin {
  readonly node: string
  readonly key: string
  readonly startedAt: string
  readonly seconds: number
}

/** The numbers of a run, from its manifests and metrics. */
export interface RunFacts {
  readonly run: string
  readonly preset?: string
  /** Metrics in the order that the configuration lists them, with the names that papers give them; the first one leads. */
  readonly metrics: readonly {readonly name: string; readonly title: string}[]
  readonly epochs: readonly EpochFacts[]
  /** There is no validation set: the best epoch is chosen on the test classes. */
  readonly chosenOnTest: boolean
  /** Raw pixels as descriptors: what needs no model. */
  readonly baseline?: Metrics
  /** Of the shown epoch, where test sets have names: metrics elsewhere are their means. */
  readonly sets?: readonly MeasuredSet[]
  /** What was measured and how, in words: `split` -> `val`, `convention` -> …, of the shown epoch. */
  readonly measurement: readonly (readonly [string, string])[]
  /** How an interval was made, in words. */
  readonly intervals?: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly origins: readonly Origin[]
  /** Versions and the machine: `nearmiss`, `node`, TensorFlow's build, git commit. */
  readonly versions: readonly (readonly [string, string])[]
}

/** Images described by a model, with their classes; rows by ascending id. */
export interface DescribedImages extends DescriptorsTable {
  readonly label: Int32Array
}

/** What a report reads of the queries. */
export type QueryRows = Pick<
  QueriesTable,
  'id' | 'label' | 'nearest' | 'nearestLabel' | 'nearestDistance' | 'relevant' | 'precisionAt1' | 'mapAtR'
>

/** The tables that a report looks into; a missing one leaves out what needs it. */
export interface RunTables {
  /** The epoch that descriptors and queries are of. */
  readonly epoch: number
  readonly images: ImagesTable
  readonly described?: DescribedImages
  readonly queries?: QueryRows
  /** The last epoch's plan, and what it was made from. */
  readonly mined?: Mined
  /** Why something is missing, one sentence each. */
  readonly missing: readonly string[]
}

/** An epoch's plan with the neighbours, and the descriptors before the epoch where they are kept. */
export interface Mined {
  readonly epoch: number
  readonly batches: BatchesTable
  readonly neighbours: NeighboursTable
  readonly descriptors?: DescriptorsTable
}
