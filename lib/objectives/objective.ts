import {tf} from '../engine/tensorflow.ts'
import {UserError} from '../user-error.ts'
import {at, euclideanDistances} from './distances.ts'
import type {LossModule, LossValue} from './loss.ts'
import type {ObjectiveSpec} from './parameters/objective.ts'
import {type PlannedBatch, type Tuples, tuplesOf} from './tuples.ts'

/** What a batch teaches. */
export interface Evaluation {
  readonly loss: number
  /** Share of the tuples that have a loss. */
  readonly activeFraction: number
  /** Mean Euclidean distance at unit length over the positive and over the negative pairs compared; NaN where there are none. */
  readonly positiveDistance: number
  readonly negativeDistance: number
  /** Gradient of the loss by the raw embeddings, [rows, dim]: the caller disposes it. */
  readonly gradient: tf.Tensor2D
  /** Rows whose gradient is not zero, ascending: only they need a backward pass. */
  readonly activeRows: Int32Array
}

export interface Objective {
  /** Loss and gradient of raw embeddings [rows, dim], which stay the caller's. One read-back from TensorFlow. */
  evaluate(embeddings: tf.Tensor2D, batch: PlannedBatch): Evaluation
}

/** Opens the loss that a specification names. Its module alone is loaded, so that another loss never changes this one's keys. */
export async function openObjective(spec: ObjectiveSpec): Promise<Objective> {
  const {href} = new URL(`losses/${spec.loss}.ts`, import.meta.url)
  const module = (await import(href)) as LossModule<ObjectiveSpec>
  return {
    evaluate(embeddings, batch) {
      const tuples = tuplesOf(batch, module.compares)
      const {gradient, figures} = measure(embeddings, tuples, (x) => module.loss(x, tuples, spec))
      return read(gradient, figures)
    },
  }
}

/** Gradient [rows, dim], and all that the host wants to know in one tensor: loss, active share, two distances, active rows. */
function measure(
  embeddings: tf.Tensor2D,
  tuples: Tuples,
  loss: (embeddings: tf.Tensor2D) => LossValue,
): {gradient: tf.Tensor2D; figures: tf.Tensor1D} {
  return tf.tidy(() => {
    let active = tf.scalar(0)
    const {value, grad} = tf.valueAndGrad((x) => {
      const result = loss(x as tf.Tensor2D)
      active = tf.keep(average(tf.cast(tf.greater(result.perTuple, 0), 'float32')))
      return result.loss
    })(embeddings)
    const distances = euclideanDistances(embeddings)
    const positive = average(at(distances, tuples.positive))
    const negative = average(at(distances, tuples.negative))
    const activeRows = tf.cast(tf.any(tf.notEqual(grad, 0), 1), 'float32') as tf.Tensor1D
    const figures = tf.concat1d([tf.stack([value, active, positive, negative]) as tf.Tensor1D, activeRows])
    active.dispose()
    return {gradient: grad as tf.Tensor2D, figures}
  })
}

/** Mean, NaN of nothing. */
function average(values: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(values), values.size)
}

function read(gradient: tf.Tensor2D, figures: tf.Tensor1D): Evaluation {
  const [loss, active, positiveDistance, negativeDistance, ...rows] = figures.dataSync()
  figures.dispose()
  if (!Number.isFinite(loss)) {
    gradient.dispose()
    throw new UserError(
      `The loss of a batch is ${loss}: its embeddings hold NaN or infinite numbers, so training has diverged. Lower optimizer.lr, lengthen schedule.warmup_steps or set optimizer.clip_norm.`,
    )
  }
  return {
    loss: loss!,
    activeFraction: Number.isNaN(active) ? 0 : active!,
    positiveDistance: positiveDistance!,
    negativeDistance: negativeDistance!,
    gradient,
    activeRows: Int32Array.from(rows.flatMap((isActive, row) => (isActive ? [row] : []))),
  }
}
