import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {exponential} from '../exponential.ts'
import {pairLossOn} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {circle} from './circle.card.ts'

/** Pairs weighted by how far they are from where they should be; an anchor without positives or without negatives gives 0. */
export const open = pairLossOn<ParametersOf<typeof circle>>(
  {name: 'similarity', normalise: true},
  'batch',
  (distance, {tuples}, {margin, gamma}) => {
    const {positives, negatives} = distinctPairs(tuples)
    const attraction = openPacedLogSum(distance, positives, {
      direction: -1,
      target: 1 - margin,
      optimum: 1 + margin,
      gamma,
    })
    const repulsion = openPacedLogSum(distance, negatives, {direction: 1, target: margin, optimum: -margin, gamma})
    const compute = (anchor: number) => {
      const exponent = attraction.value(anchor) + repulsion.value(anchor)
      if (exponent === Number.NEGATIVE_INFINITY) return 0
      const share = 1 / (1 + Math.exp(-exponent))
      attraction.spread(share)
      repulsion.spread(share)
      return Math.max(0, exponent) + Math.log1p(Math.exp(-Math.abs(exponent)))
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)

interface Pace {
  /** 1: similarities should fall; -1: they should rise. */
  readonly direction: 1 | -1
  /** Where the exponent is zero. */
  readonly target: number
  /** The farther a similarity is from here, the more it counts. */
  readonly optimum: number
  readonly gamma: number
}

/** As log-sum.ts, of gamma max(0, direction (s - optimum)) direction (s - target), where the maximum counts as constant in the derivative. */
function openPacedLogSum({columns, values, gradient}: Distance, {start, other}: PairList, pace: Pace) {
  const {direction, target, optimum, gamma} = pace
  const exponentials = new Float64Array(columns)
  let [base, from, to, total] = [0, 0, 0, 0]
  const paceOf = (similarity: number) => gamma * direction * Math.max(0, direction * (similarity - optimum))
  return {
    value(anchor: number): number {
      base = anchor * columns
      from = start[anchor]!
      to = start[anchor + 1]!
      let largest = Number.NEGATIVE_INFINITY
      for (let i = from; i < to; i++) {
        const similarity = values[base + other[i]!]!
        const exponent = paceOf(similarity) * (similarity - target)
        exponentials[i - from] = exponent
        if (exponent > largest) largest = exponent
      }
      total = 0
      for (let i = 0; i < to - from; i++) {
        exponentials[i] = exponential(exponentials[i]! - largest)
        total += exponentials[i]!
      }
      return largest + Math.log(total)
    },
    spread(weight: number): void {
      for (let i = from; i < to; i++) {
        const place = base + other[i]!
        gradient[place]! += (weight * exponentials[i - from]! * paceOf(values[place]!)) / total
      }
    },
  }
}
