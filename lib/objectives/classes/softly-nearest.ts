import {free, type Raw} from '../../engine/op.ts'
import {add, divide, exponentials, filled, maximum, multiply, subtract, times} from '../../engine/ops/elementwise.ts'
import type {CentreScores} from './centres.ts'
import {fold} from './fold.ts'
import type {Scores} from './scores.ts'

/**
 * scale * sum over centres k of p_k s_k, p the softmax of the scores s of a class' centres: something between their mean and the largest.
 * Its derivative by s_k is scale p_k (1 + s_k - sum of p s).
 */
export function softlyNearest({each, backward}: CentreScores, scale: number): Scores {
  const largest = fold(each, maximum)
  const powers = each.map((scores) => exponentialsFrom(scores, largest))
  const total = fold(powers, add)
  const products = each.map((scores, k) => multiply(scores, powers[k]!))
  const sum = fold(products, add)
  const mean = divide(sum, total)
  free(largest, ...products, sum)
  return {
    tensor: times(mean, scale),
    backward(gradient, weights) {
      const shared = divide(gradient, total)
      const one = filled(1, [])
      const rest = subtract(one, mean)
      const gradients = each.map((scores, k) => {
        const factor = add(scores, rest)
        const share = multiply(shared, powers[k]!)
        const own = multiply(share, factor)
        free(factor, share)
        return own
      })
      const byEmbeddings = backward(
        gradients,
        weights.map((weight) => weight * scale),
      )
      free(...gradients, ...powers, total, mean, shared, one, rest)
      return byEmbeddings
    },
  }
}

function exponentialsFrom(scores: Raw, largest: Raw): Raw {
  const difference = subtract(scores, largest)
  const powers = exponentials(difference)
  free(difference)
  return powers
}
