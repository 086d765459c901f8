import type {tf} from '../engine/tensorflow.ts'
import type {Compares, Tuples} from './tuples.ts'

/**
 * A loss, written in differentiable operations on raw embeddings [rows, dim] (normalising them is part of the loss).
 * tfjs records it and makes the gradient; everything it allocates belongs to the caller's tidy.
 */
export type Loss<Parameters> = (embeddings: tf.Tensor2D, tuples: Tuples, parameters: Parameters) => LossValue

export interface LossValue {
  readonly loss: tf.Scalar
  /** What every tuple adds before averaging: 0 where there is nothing to learn from it. */
  readonly perTuple: tf.Tensor1D
}

/** A file of `losses/` exports these two. */
export interface LossModule<Parameters> {
  readonly compares: Compares
  readonly loss: Loss<Parameters>
}
