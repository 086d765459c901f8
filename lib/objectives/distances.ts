import {tf} from '../engine/tensorflow.ts'
import {differentiable} from './differentiable.ts'

/** Squared norms below this count as zero: such a row has no direction, stays zero and gets no gradient. */
const NO_LENGTH = 1e-30
/** Distances below this are rounding noise of float32: the square root counts as flat there, so its gradient stays finite. */
const NOISE = 3e-4

/** Cosine similarities of all pairs of rows, [rows, rows]. */
export function similarities(embeddings: tf.Tensor2D): tf.Tensor2D {
  const unit = normalise(embeddings)
  return tf.matMul(unit, unit, false, true)
}

/** Squared Euclidean distances between all pairs of rows at unit length, [rows, rows]: 2 - 2 cos. */
export function squaredDistances(embeddings: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(2, tf.mul(2, similarities(embeddings)))
}

/** Euclidean distances between all pairs of rows at unit length, [rows, rows]; no gradient where two rows coincide. */
export function euclideanDistances(embeddings: tf.Tensor2D): tf.Tensor2D {
  return root(squaredDistances(embeddings))
}

/** Values of a square matrix at places of its flattened form, [places]. */
export function at(matrix: tf.Tensor2D, places: Int32Array): tf.Tensor1D {
  return tf.gather(matrix.flatten(), tf.tensor1d(places, 'int32'))
}

/** Rows divided by their length: y = x / |x|, dx = (dy - y (y . dy)) / |x|. */
const normalise = differentiable(
  (x: tf.Tensor2D) => {
    const squares = tf.sum(tf.square(x), 1, true)
    const scale = tf.mul(tf.rsqrt(tf.maximum(squares, NO_LENGTH)), tf.cast(tf.greater(squares, NO_LENGTH), 'float32'))
    const value = tf.mul(x, scale) as tf.Tensor2D
    return {value, keep: [value, scale]}
  },
  (gradient, [y, scale]) => tf.mul(tf.sub(gradient, tf.mul(y!, tf.sum(tf.mul(y!, gradient), 1, true))), scale!),
)

/** Square root, 0 below 0; its gradient is dy / (2 root), 0 within the noise. */
const root = differentiable(
  (squares: tf.Tensor2D) => {
    const value = tf.sqrt(tf.maximum(squares, 0)) as tf.Tensor2D
    return {value, keep: [value]}
  },
  (gradient, [value]) =>
    tf.div(tf.mul(gradient, tf.cast(tf.greater(value!, NOISE), 'float32')), tf.mul(2, tf.maximum(value!, NOISE))),
)
