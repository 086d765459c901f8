import {borrow, free, type Raw, read, toTfjs} from '../engine/op.ts'
import {magnitudes} from '../engine/ops/elementwise.ts'
import {rowMaxima} from '../engine/ops/rows.ts'
import type {Parameter} from '../engine/parameter.ts'
import type {StateDict} from '../engine/state-dict.ts'
import type {tf} from '../engine/tensorflow.ts'
import {divergence} from './divergence.ts'
import type {LossHistory} from './loss-context.ts'
import {openPart, type PartEvaluation} from './open-part.ts'
import type {ObjectiveSpec} from './parameters/objective.ts'
import {partsOf} from './parts.ts'
import type {PlannedBatch} from './tuples.ts'
import {addGradients, openVectors} from './vectors.ts'

/** What a batch teaches. */
export interface Evaluation {
  readonly loss: number
  /** Share of the terms (pairs, triplets, anchors or images, as the loss has them) above zero. */
  readonly activeFraction: number
  /** Mean Euclidean distance at unit length over the positive and over the negative pairs compared (by the first loss, of several); NaN where there are none. */
  readonly positiveDistance: number
  readonly negativeDistance: number
  /** Gradient of the loss by the raw embeddings, [rows, dim]: the caller disposes it. */
  readonly gradient: tf.Tensor2D
  /** Rows whose gradient is not zero, ascending: only they need a backward pass. */
  readonly activeRows: Int32Array
}

export interface Objective {
  /** What the loss trains beside the network, named `loss.…`; a trainer moves them. */
  readonly weights: readonly Parameter[]
  /**
   * Loss and gradient of raw embeddings [rows, dim], which stay the caller's; adds to the gradients of the weights. `teacher`: what a
   * teacher makes of the same rows, [rows, any dim].
   */
  evaluate(embeddings: tf.Tensor2D, batch: PlannedBatch, teacher?: tf.Tensor2D): Evaluation
  /** What the loss remembers beside its weights, for the training half of the checkpoint. */
  state(): StateDict
}

/** Opens the losses of a specification: one, or several that are added up. */
export async function openObjective(spec: ObjectiveSpec, history: LossHistory): Promise<Objective> {
  const parts = await Promise.all(partsOf(spec).map((part) => openPart(part, history)))
  return {
    weights: parts.flatMap(({weights}) => weights),
    evaluate(embeddings, batch, teacher) {
      const vectors = openVectors(borrow(embeddings))
      try {
        const each = parts.map((part) => part.evaluate(vectors, batch, teacher && borrow(teacher)))
        const sum = (figure: (evaluation: PartEvaluation) => number) =>
          each.reduce((total, one) => total + figure(one), 0)
        const loss = sum(({value}) => value)
        if (!Number.isFinite(loss)) {
          free(...each.map((one) => one.gradient))
          throw divergence(loss)
        }
        const gradient = each.map((one) => one.gradient).reduce((total, own) => addGradients(total, own))
        const activeRows = rowsAboveZero(gradient)
        const count = sum((one) => one.count)
        return {
          loss,
          activeFraction: count === 0 ? 0 : sum(({active}) => active) / count,
          ...each[0]!.meanDistances(),
          gradient: toTfjs<tf.Tensor2D>(gradient),
          activeRows,
        }
      } finally {
        vectors.dispose()
      }
    },
    state: () => new Map(parts.flatMap((part) => [...part.state()])),
  }
}

/** Frees a gradient that is not finite, and says so. */
function rowsAboveZero(gradient: Raw): Int32Array {
  const sizes = magnitudes(gradient)
  const largest = rowMaxima(sizes)
  const values = read(largest) as Float32Array
  free(sizes, largest)
  const wrong = values.find((value) => !Number.isFinite(value))
  if (wrong !== undefined) {
    free(gradient)
    throw divergence(wrong)
  }
  return Int32Array.from(Array.from(values.keys()).filter((row) => values[row]! > 0))
}
