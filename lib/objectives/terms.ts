// What losses are made of beside distances.
import {tf} from '../engine/tensorflow.ts'
import {differentiable} from './differentiable.ts'

/** max(0, x), element by element. */
export const hinge = differentiable(
  (x: tf.Tensor1D) => {
    const value = tf.relu(x)
    return {value, keep: [value]}
  },
  (gradient, [value]) => tf.mul(gradient, isPositive(value!)),
)

/** Mean of all terms; 0 when there are none. */
export const averageAll = differentiable(
  (terms: tf.Tensor1D) => ({value: tf.div(tf.sum(terms), Math.max(terms.size, 1)) as tf.Scalar, keep: [terms]}),
  (gradient, [terms]) => tf.fill([terms!.size], 1 / Math.max(terms!.size, 1)).mul(gradient),
)

/** Mean of the terms above zero, the others not counted; 0 when there are none (AvgNonZeroReducer of pytorch-metric-learning). */
export const averageActive = differentiable(
  (terms: tf.Tensor1D) => {
    const active = isPositive(terms)
    const weights = tf.div(active, tf.maximum(tf.sum(active), 1))
    return {value: tf.sum(tf.mul(terms, weights)) as tf.Scalar, keep: [weights]}
  },
  (gradient, [weights]) => tf.mul(gradient, weights!),
)

/**
 * Logarithm of the sum of exponentials over the entries of every row whose mask is 1, [rows]; 0 for a row without any.
 * The largest entry that counts is taken off first, so nothing overflows at any temperature.
 */
export function maskedLogSumExp(logits: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor1D {
  return differentiable(
    (x: tf.Tensor2D) => {
      const counted = tf.where(tf.cast(mask, 'bool'), x, LOWEST)
      const largest = tf.max(counted, 1, true)
      const powers = tf.mul(tf.exp(tf.sub(counted, largest)), mask)
      const total = tf.maximum(tf.sum(powers, 1, true), 1) // the largest entry alone gives 1
      const hasEntries = tf.max(mask, 1, true)
      const value = tf.mul(tf.add(tf.log(total), largest), hasEntries).flatten()
      return {value, keep: [tf.div(powers, total)]}
    },
    (gradient, [softmax]) => tf.mul(tf.reshape(gradient, [-1, 1]), softmax!),
  )(logits)
}

/** Stands for "does not count"; finite, since infinity minus infinity is not a number. */
const LOWEST = -1e30

/** 1 where above zero, else 0. */
function isPositive(x: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greater(x, 0), 'float32')
}
