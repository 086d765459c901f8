import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import {joined} from '../tuples.ts'
import type {supcon} from './supcon.card.ts'

/** Per anchor: the mean over its positives of how unlikely they are among all others; 0 without positives. */
export const open = pairLoss<ParametersOf<typeof supcon>>('batch', (distance, {tuples}, {temperature}) => {
  const {columns, values, gradient} = distance
  const {positives, negatives} = distinctPairs(tuples)
  const {start, other} = positives
  const scale = -distance.sign / temperature
  const all = openLogSum(distance, joined(positives, negatives), {scale})
  const compute = (anchor: number) => {
    const [base, from, to] = [anchor * columns, start[anchor]!, start[anchor + 1]!]
    if (from === to) return 0
    const share = scale / (to - from)
    let value = all.value(anchor)
    all.spread(1)
    for (let i = from; i < to; i++) {
      const place = base + other[i]!
      value -= share * values[place]!
      gradient[place]! -= share
    }
    return value
  }
  return [rowTerms(distance, allRows(distance), compute)]
})
