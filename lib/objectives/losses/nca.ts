import type {ParametersOf} from '../card.ts'
import {softplus} from '../curves.ts'
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
    const behind = against - own.value(anchor)
    const share = softplus.slope(behind)
    rivals.spread(share)
    own.spread(-share)
    return softplus.value(behind)
  }
  return [rowTerms(distance, anchorsOf(positives), compute)]
})
