import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {hingeTerms} from '../hinge-terms.ts'
import {pairLoss} from '../pair-loss.ts'
import type {Terms} from '../terms.ts'
import type {PairList} from '../tuples.ts'
import type {intraPairVariance} from './intra-pair-variance.card.ts'

/** How much worse than the mean of its kind a pair is, squared. */
export const open = pairLoss<ParametersOf<typeof intraPairVariance>>('plan', (distance, {tuples}, parameters) => {
  const {positives, negatives} = distinctPairs(tuples)
  const {sign} = distance
  return [
    varianceTerms(positives, distance, parameters.positive_epsilon, sign),
    varianceTerms(negatives, distance, parameters.negative_epsilon, sign === 1 ? -1 : 1),
  ]
})

/** max(0, direction (x - bound))^2 with bound = (1 + direction epsilon) mean of x: too far above the mean (1), or below it (-1). */
function varianceTerms(pairs: PairList, distance: Distance, epsilon: number, direction: 1 | -1): Terms {
  const {columns, values, gradient} = distance
  const {start, other} = pairs
  let sum = 0
  for (let anchor = 0; anchor + 1 < start.length; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) sum += values[anchor * columns + other[i]!]!
  }
  const share = (1 + direction * epsilon) / Math.max(1, other.length)
  const hinge = hingeTerms(pairs, distance, {margin: share * sum, direction, power: 2})
  return {
    ...hinge,
    backward(weight) {
      const pull = -share * hinge.backward(weight)
      // The mean moves with every pair.
      addToAll(gradient, columns, pairs, pull)
    },
  }
}

function addToAll(gradient: Float32Array, columns: number, {start, other}: PairList, pull: number): void {
  for (let anchor = 0; anchor + 1 < start.length; anchor++) {
    const [base, to] = [anchor * columns, start[anchor + 1]!]
    for (let i = start[anchor]!; i < to; i++) gradient[base + other[i]!]! += pull
  }
}
