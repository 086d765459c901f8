import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {positiveTerms} from '../terms.ts'
import {joined} from '../tuples.ts'
import type {crossEntropyDistance} from './cross-entropy-distance.card.ts'

/** How unlikely each positive is among all that its anchor is compared with. An anchor without negatives learns nothing. */
export const open = pairLoss<ParametersOf<typeof crossEntropyDistance>>('plan', (distance, {tuples}, {temperature}) => {
  const {columns, values, gradient, sign} = distance
  const {positives, negatives} = distinctPairs(tuples)
  const scale = -sign / temperature
  const all = openLogSum(distance, joined(positives, negatives), {scale})
  const hasNegatives = (anchor: number) => negatives.start[anchor + 1]! > negatives.start[anchor]!
  const value = (anchor: number, positive: number) =>
    hasNegatives(anchor) ? all.value(anchor) - scale * values[anchor * columns + positive]! : 0
  const spread = (anchor: number, positive: number, weight: number) => {
    if (!hasNegatives(anchor)) return
    all.value(anchor)
    all.spread(weight)
    gradient[anchor * columns + positive]! -= weight * scale
  }
  return [positiveTerms(positives, value, spread)]
})
