import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {anchorsOf, rowTerms} from '../row-terms.ts'
import type {nca} from './nca.card.ts'

/** How unlikely an anchor is to pick one of its positives among all others. */
export const open = pairLoss<ParametersOf<typeof nca>>('batch', (distance, {tuples}, {softmax_scale}) => {
  const {positives, negatives} = distinctPairs(tuples)
  const scale = -distance.sign * softmax_scale
  const own = openLogSum(distance, positives, {scale})
  const rivals = openLogSum(distance, negatives, {scale})
  const compute = (anchor: number) => {
    const against = rivals.value(anchor)
    if (against === Number.NEGATIVE_INFINITY) return 0
    // log(1 + exp(against - own)), and how much of it is the rivals'
    const ahead = own.value(anchor) - against
    const share = 1 / (1 + Math.exp(ahead))
    rivals.spread(share)
    own.spread(-share)
    return Math.max(0, -ahead) + Math.log1p(Math.exp(-Math.abs(ahead)))
  }
  return [rowTerms(distance, anchorsOf(positives), compute)]
})
