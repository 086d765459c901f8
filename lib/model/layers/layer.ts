import type {FoldedUnit} from '../../engine/ops/folded-unit.ts'
import type {Tape, Value} from '../../engine/tape.ts'
import type {Noise} from '../noise.ts'
import type {TensorLayout} from '../tensor-layout.ts'
import type {WeightStore} from '../weight-store.ts'

/**
 * A layer with its sizes: which tensors it has and how it computes. How other programs write it is said by its kind, in export/.
 * Each kind is a file of its own, so that a network's keys change with the layers it is made of, and with no others.
 */
export interface Layer {
  readonly kind: string
  /** In the order of the state dict. */
  readonly tensors: readonly TensorLayout[]
  /** Whether it does nothing where images are described: then it is no part of the network on paper (graph.ts). */
  readonly onlyTrains?: true
  open(workshop: Workshop): ComputeLayer
}

/** Consumes its inputs; without a tape nothing is kept for gradients, without noise nothing is random. */
export type ComputeLayer = (inputs: readonly Value[], tape: Tape | undefined, noise?: Noise) => Value

/** What a layer is opened with, to compute. */
export interface Workshop {
  readonly store: Pick<WeightStore, 'openUnit' | 'openWeight'>
  /** Computing precision (TensorFlow's number of it). */
  readonly dtype: number
  /** Whether training normalises with the statistics of the batch. */
  readonly live: boolean
  /** Where units leave what has to be folded and freed. */
  readonly folded: FoldedUnit[]
}

/**
 * What backbones and heads are written in. T goes from layer to layer: a tensor where the network computes (network.ts), the number of
 * a result where it is described (graph.ts) for checkpoints and exports. So what computes, what is stored and what is exported cannot disagree.
 */
export interface Layers<T> {
  /** Layers are opened in the order of the state dict, before any is applied. The function consumes its inputs. */
  open(layer: Layer): (...inputs: T[]) => T
  /** An input that is needed once more. */
  again(x: T): T
}
