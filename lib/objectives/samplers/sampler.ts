import type {DescriptorSet} from '../../engine/nearest/sets.ts'
import type {SeedPath} from '../../random.ts'

/** Images to learn from, in the order of their ids; labels are class numbers. */
export interface TrainingImages {
  readonly id: Int32Array
  readonly label: Int32Array
  /** Names of the images' classes, for samplers that look at them. */
  readonly className?: readonly string[]
}

/** The table of neighbours: images of other classes that were mined for an image, nearest first, sorted by anchor, then rank. */
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

/** One place in a batch. docs/samplers.md says what groups and roles mean to a loss. */
export interface Slot {
  /** Number of the tuple or class inside the step. */
  readonly group: number
  readonly role: Role
  /** Image id. */
  readonly image: number
  /** Slots of a step with the same view show the same picture: one image under one random transform. */
  readonly view?: number
}

/** Plans an epoch: the slots of every step. */
export type Sampler<Parameters> = (parameters: Parameters, context: SamplingContext) => Slot[][]

export interface MiningContext extends SamplingContext {
  /** Of all training images, in the order of `images`. */
  readonly descriptors: DescriptorSet
  readonly onProgress?: (done: number, total: number) => void
}

export interface Mined {
  readonly rows: NeighbourRows
  /** Share of the true neighbours that an approximate search found. */
  readonly recall?: number
}

/** Mines the images of other classes that the sampler then plans with. */
export type Miner<Parameters> = (parameters: Parameters, context: MiningContext) => Promise<Mined>

/** What a sampler's file exports; `mine` where it looks at descriptors. */
export interface SamplerModule<Parameters> {
  readonly sample: Sampler<Parameters>
  readonly mine?: Miner<Parameters>
}
