import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {pairLoss} from '../pair-loss.ts'
import {pairTerms, type Terms} from '../terms.ts'
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
  const eachPair = (visit: (place: number, anchor: number) => void) => {
    for (let anchor = 0; anchor + 1 < pairs.start.length; anchor++) {
      for (let i = pairs.start[anchor]!; i < pairs.start[anchor + 1]!; i++) {
        visit(anchor * columns + pairs.other[i]!, anchor)
      }
    }
  }
  let sum = 0
  eachPair((place) => {
    sum += values[place]!
  })
  const share = (1 + direction * epsilon) / Math.max(1, pairs.other.length)
  const excess = (x: number) => Math.max(0, direction * (x - share * sum))
  const curve = {value: (x: number) => excess(x) ** 2, slope: (x: number) => 2 * direction * excess(x)}
  const terms = pairTerms(pairs, distance, curve)
  return {
    ...terms,
    backward(weight) {
      terms.backward(weight)
      // The mean moves with every pair.
      let pull = 0
      eachPair((place, anchor) => {
        const x = values[place]!
        pull -= weight(curve.value(x), anchor) * curve.slope(x)
      })
      eachPair((place) => {
        gradient[place]! += share * pull
      })
    },
  }
}
