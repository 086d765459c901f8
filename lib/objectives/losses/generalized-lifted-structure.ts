import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {generalizedLiftedStructure} from './generalized-lifted-structure.card.ts'

/** All positives of an anchor together against all its negatives. */
export const open = pairLoss<ParametersOf<typeof generalizedLiftedStructure>>(
  'batch',
  (distance, {tuples}, {positive_margin, negative_margin}) => {
    const {sign} = distance
    const {positives, negatives} = distinctPairs(tuples)
    const farness = openLogSum(distance, positives, {scale: sign, offset: -sign * positive_margin})
    const nearness = openLogSum(distance, negatives, {scale: -sign, offset: sign * negative_margin})
    const compute = (anchor: number) => {
      const [far, near] = [farness.value(anchor), nearness.value(anchor)]
      const [isFar, isNear] = [far > Number.NEGATIVE_INFINITY, near > Number.NEGATIVE_INFINITY]
      const value = (isFar ? far : 0) + (isNear ? near : 0)
      if (value <= 0) return 0
      if (isFar) farness.spread(1)
      if (isNear) nearness.spread(1)
      return value
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)
