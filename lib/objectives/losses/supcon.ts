import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
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

/** The partners in either list. */
function joined(a: PairList, b: PairList): PairList {
  const start = a.start.map((end, row) => end + b.start[row]!)
  const other = new Int32Array(a.other.length + b.other.length)
  for (let row = 0; row + 1 < start.length; row++) {
    const own = a.other.subarray(a.start[row]!, a.start[row + 1]!)
    other.set(own, start[row]!)
    other.set(b.other.subarray(b.start[row]!, b.start[row + 1]!), start[row]! + own.length)
  }
  return {start, other}
}
