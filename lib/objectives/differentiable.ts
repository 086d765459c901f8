import {tf} from '../engine/tensorflow.ts'

/**
 * A function of one tensor with a gradient of our own: `forward` gives its value and what to keep for later, `backward` gives
 * the gradient by x from the gradient by the value. tfjs' own gradients of relu, sum and mean build arrays of ones on the host,
 * and those of roots and logarithms are not finite at the edge.
 */
export function differentiable<X extends tf.Tensor, Y extends tf.Tensor>(
  forward: (x: X) => {value: Y; keep: tf.Tensor[]},
  backward: (gradient: Y, kept: tf.Tensor[]) => tf.Tensor,
): (x: X) => Y {
  return tf.customGrad((...args) => {
    const [x, save] = args as [X, tf.GradSaveFunc]
    const {value, keep} = forward(x)
    save(keep)
    return {value, gradFunc: (gradient: Y, kept: tf.Tensor[]) => backward(gradient, kept)}
  }) as (x: X) => Y
}
