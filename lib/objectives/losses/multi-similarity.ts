import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {multiSimilarity} from './multi-similarity.card.ts'

/** Soft hinges: positives farther and negatives nearer than the base count, the worst of an anchor most. */
export const open = pairLoss<ParametersOf<typeof multiSimilarity>>(
  'batch',
  (distance, {tuples}, {alpha, beta, base}) => {
    const {positives, negatives} = distinctPairs(tuples)
    const [far, near] = [distance.sign * alpha, -distance.sign * beta]
    const attraction = openLogSum(distance, positives, {scale: far, offset: -far * base})
    const repulsion = openLogSum(distance, negatives, {scale: near, offset: -near * base})
    const compute = (anchor: number) => {
      const value = attraction.value(anchor, 0) / alpha + repulsion.value(anchor, 0) / beta
      attraction.spread(1 / alpha)
      repulsion.spread(1 / beta)
      return value
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)
