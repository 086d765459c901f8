import type {SeedPath} from '../../random.ts'

/** Images to learn from, in the order of their ids; labels are class numbers. */
export interface TrainingImages {
  readonly id: Int32Array
  readonly label: Int32Array
}

/** The table of neighbours: the nearest images of other classes of every image, sorted by anchor, then rank. */
export interface NeighbourRows {
  readonly anchor: Int32Array
  readonly rank: Int32Array
  readonly neighbour: Int32Array
  readonly distance: Float32Array
}

export interface SamplingContext {
  readonly images: TrainingImages
  /** Present when the sampler uses descriptors in this epoch. */
  readonly neighbours?: NeighbourRows
  readonly epoch: number
  /** What every stream of random numbers of this epoch starts its name with. */
  readonly seed: SeedPath
}

export type Role = 'anchor' | 'positive' | 'negative' | 'member'

/** One place in a batch. */
export interface Slot {
  /** Number of the triplet or class inside the step. */
  readonly group: number
  readonly role: Role
  /** Image id. */
  readonly image: number
}

/** Plans an epoch: the slots of every step. A file of `samplers/` exports one as `sample`. */
export type Sampler<Parameters> = (parameters: Parameters, context: SamplingContext) => Slot[][]
