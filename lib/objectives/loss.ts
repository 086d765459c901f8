import type {Raw} from '../engine/op.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import type {Random} from '../random.ts'
import type {Terms} from './terms.ts'
import type {Tuples} from './tuples.ts'
import type {Vectors} from './vectors.ts'

/** A batch as a loss sees it. */
export interface LossBatch {
  /** The embeddings, not normalised: that is part of the loss. */
  readonly vectors: Vectors
  /** Class number of every row, from 0 without gaps over the training classes. */
  readonly labels: Int32Array
  /** Number of the row's group in the plan: its tuple, its class, or the image that it is a view of. */
  readonly group: Int32Array
  /** What to compare; losses against class weights do not look at it. */
  readonly tuples: Tuples
  /** Of everything drawn in this step. */
  readonly stepSeed: number
  /** What a teacher makes of the same images, [rows, any dim], used as given: it gets no gradient. */
  readonly teacher?: Raw
}

/** A loss of one batch, before its terms are reduced. */
export interface LossPass {
  readonly terms: readonly Terms[]
  /**
   * Gradient by the raw embeddings [rows, dim], which the caller frees, and adds to those of the weights. Called once, after `backward` of the terms.
   */
  gradient(): Raw
}

/** A loss with its weights and its memory of earlier batches. */
export interface OpenLoss {
  /** plan: the tuples of the plan where it has any, else all of the batch; batch: all of the batch, whatever the plan says. A miner comes first. */
  readonly compares: 'plan' | 'batch'
  /** Class weights, proxies, centres, boundaries: trained beside the network. */
  readonly weights: readonly Parameter[]
  start(batch: LossBatch): LossPass
  /** What it remembers beside its weights, by plain name, for the training half of the checkpoint. Absent: nothing. */
  state?(): StateDict
}

/** What a loss is opened with beside its parameters. */
export interface LossContext {
  /** Numbers in an embedding. */
  readonly dim: number
  /** Training classes. */
  readonly classes: number
  /** A weight as the checkpoint has it, else as `initial` draws it. `shape` is PyTorch's; the name gets `loss.` in front, among several losses `loss.0.`. */
  weight(name: string, shape: readonly number[], initial: (random: Random, count: number) => Float32Array): Parameter
  /** What an earlier `state()` kept under a name. */
  remembered(name: string): HostTensor | undefined
}

/** A file of `losses/` exports one as `open`. */
export type LossOpener<Parameters> = (parameters: Parameters, context: LossContext) => OpenLoss
