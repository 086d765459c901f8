import type {ParametersOf} from '../card.ts'
import type {Curve} from '../curves.ts'
import type {Distance} from '../distances.ts'
import {pairLossOn} from '../pair-loss.ts'
import {anchorsOf, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {pnp} from './pnp.card.ts'

type Parameters = ParametersOf<typeof pnp>

/** How many negatives come before an anchor's positives, itself among them; an anchor at a time, so memory stays that of the batch. */
export const open = pairLossOn<Parameters>(
  {name: 'similarity', normalise: true},
  'batch',
  (distance, {tuples: {positives, negatives}}, parameters) => {
    const {columns, values} = distance
    const curve = curveOf(parameters)
    const before = openNegativesBefore(distance, negatives, parameters.anneal)
    const compute = (anchor: number) => {
      const [from, to] = [positives.start[anchor]!, positives.start[anchor + 1]!]
      const share = 1 / (to - from + 1)
      let value = 0
      const add = (own: number, similarity: number) => {
        const many = before.count(anchor, similarity)
        value += share * curve.value(many)
        before.spread(own, share * curve.slope(many))
      }
      add(anchor, 1) // A vector is as similar to itself as can be, to the last digit.
      for (let i = from; i < to; i++) add(positives.other[i]!, values[anchor * columns + positives.other[i]!]!)
      return value
    }
    return [rowTerms(distance, anchorsOf(positives), compute)]
  },
)

/** The soft number of an anchor's negatives that are more similar than something, with its derivative. */
function openNegativesBefore({columns, values, gradient}: Distance, {start, other}: PairList, anneal: number) {
  const slopes = new Float64Array(columns)
  let [base, from, to] = [0, 0, 0]
  return {
    count(anchor: number, similarity: number): number {
      base = anchor * columns
      from = start[anchor]!
      to = start[anchor + 1]!
      let many = 0
      for (let i = from; i < to; i++) {
        const before = 1 / (1 + Math.exp((similarity - values[base + other[i]!]!) / anneal))
        many += before
        slopes[i - from] = (before * (1 - before)) / anneal
      }
      return many
    },
    /** Adds weight times the derivative of the last count; `own`: whose similarity it was. */
    spread(own: number, weight: number): void {
      let pull = 0
      for (let i = from; i < to; i++) {
        const slope = weight * slopes[i - from]!
        gradient[base + other[i]!]! += slope
        pull += slope
      }
      gradient[base + own]! -= pull
    },
  }
}

function curveOf({variant, alpha, b}: Parameters): Curve {
  switch (variant) {
    case 'O':
      return {value: (x) => x, slope: () => 1}
    case 'Ds':
      return {value: (x) => Math.log1p(x), slope: (x) => 1 / (1 + x)}
    case 'Iu':
      return {value: (x) => (1 + x) * Math.log1p(x), slope: (x) => 1 + Math.log1p(x)}
    case 'Ib':
      return {value: (x) => (b * x - Math.log1p(b * x)) / b ** 2, slope: (x) => x / (1 + b * x)}
    case 'Dq':
      return {value: (x) => 1 - (1 + x) ** -alpha, slope: (x) => alpha * (1 + x) ** (-alpha - 1)}
  }
}
