import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
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
  const rows = start.length - 1
  let sum = 0
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) sum += values[anchor * columns + other[i]!]!
  }
  const share = (1 + direction * epsilon) / Math.max(1, other.length)
  const bound = share * sum
  const excesses = new Float64Array(other.length)
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
      excesses[i] = Math.max(0, direction * (values[anchor * columns + other[i]!]! - bound))
    }
  }
  return {
    counts: Int32Array.from({length: rows}, (_, row) => start[row + 1]! - start[row]!),
    each(visit) {
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) if (excesses[i]! > 0) visit(excesses[i]! ** 2, anchor)
      }
    },
    backward(weight) {
      let pull = 0
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          const excess = excesses[i]!
          if (excess === 0) continue
          const slope = weight(excess ** 2, anchor) * 2 * direction * excess
          gradient[anchor * columns + other[i]!]! += slope
          pull -= slope
        }
      }
      // The mean moves with every pair.
      for (let anchor = 0; anchor < rows; anchor++) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++)
          gradient[anchor * columns + other[i]!]! += share * pull
      }
    },
  }
}
