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
  const {start, other} = pairs
  const rows = start.length - 1
  let sum = 0
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) sum += values[anchor * columns + other[i]!]!
  }
  const share = (1 + direction * epsilon) / Math.max(1, other.length)
  const excess = (x: number) => Math.max(0, direction * (x - share * sum))
  const curve = {value: (x: number) => excess(x) ** 2, slope: (x: number) => 2 * direction * excess(x)}
  const terms = pairTerms(pairs, distance, curve)
  return {
    ...terms,
    backward(weight) {
      terms.backward(weight)
      // The mean moves with every pair.
      let pull = 0
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          const beyond = excess(values[anchor * columns + other[i]!]!)
          if (beyond > 0) pull -= weight(beyond ** 2, anchor) * 2 * direction * beyond
        }
      }
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++)
          gradient[anchor * columns + other[i]!]! += share * pull
      }
    },
  }
}
