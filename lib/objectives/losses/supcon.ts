import {tf} from '../../engine/tensorflow.ts'
import {similarities} from '../distances.ts'
import type {Loss} from '../loss.ts'
import type {LossParameters} from '../parameters/objective.ts'
import {averageActive, maskedLogSumExp} from '../terms.ts'
import type {Compares} from '../tuples.ts'

export const compares: Compares = 'batch'

/**
 * Supervised contrastive loss: per anchor a, the mean over its positives p of
 * log(sum over all others o of exp(s(a, o) / t)) - s(a, p) / t. Anchors without a positive do not count.
 *
 * Khosla et al. 2020, "Supervised Contrastive Learning", equation 2; SupConLoss of pytorch-metric-learning 2.8.1.
 */
export const loss: Loss<LossParameters<'supcon'>> = (embeddings, {rows, positive, negative}, {temperature}) => {
  const logits = tf.div(similarities(embeddings), temperature) as tf.Tensor2D
  const positives = mask(rows, positive)
  const others = tf.add(positives, mask(rows, negative)) as tf.Tensor2D
  const positiveShares = tf.div(positives, tf.maximum(tf.sum(positives, 1, true), 1))
  const pull = tf.sum(tf.mul(logits, positiveShares), 1)
  const anchors = [...new Set(Array.from(positive, (place) => Math.floor(place / rows)))]
  const perTuple = tf.gather(
    tf.sub(maskedLogSumExp(logits, others), pull) as tf.Tensor1D,
    tf.tensor1d(anchors, 'int32'),
  )
  return {loss: averageActive(perTuple), perTuple}
}

/** [rows, rows] with 1 at the places given and 0 elsewhere. */
function mask(rows: number, places: Int32Array): tf.Tensor2D {
  const values = new Float32Array(rows * rows)
  for (const place of places) values[place] = 1
  return tf.tensor2d(values, [rows, rows])
}
