import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {scaleRow} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import {partnerCounts, type Tuples} from '../tuples.ts'
import type {liftedStructure} from './lifted-structure.card.ts'

type Parameters = ParametersOf<typeof liftedStructure>

/** Every positive pair against all negatives of both its sides. */
export const open = pairLoss<Parameters>('batch', (distance, {tuples}, parameters) =>
  tuples.negatives.other.length === 0 ? [] : [liftedTerms(distance, tuples, parameters)],
)

function liftedTerms(
  distance: Distance,
  {positives, negatives}: Tuples,
  {positive_margin, negative_margin}: Parameters,
): Terms {
  const {rows, columns, values, gradient, sign} = distance
  const {start, other} = positives
  const nearness = openLogSum(distance, negatives, {scale: -sign, offset: sign * negative_margin})
  // By how much the negatives of a row come near; columns behind the batch are partners only.
  const nearnessOf = Float64Array.from({length: columns}, (_, row) => {
    if (row >= rows) return Number.NEGATIVE_INFINITY
    const value = nearness.value(row)
    if (value > Number.NEGATIVE_INFINITY) nearness.spread(1)
    return value
  })
  const rivalsOf = (a: number, b: number) => {
    const [more, less] = [Math.max(nearnessOf[a]!, nearnessOf[b]!), Math.min(nearnessOf[a]!, nearnessOf[b]!)]
    return more === Number.NEGATIVE_INFINITY ? 0 : more + Math.log1p(Math.exp(less - more))
  }
  const excesses = new Float64Array(other.length)
  eachPositive((anchor, positive, i) => {
    const far = sign * (values[anchor * columns + positive]! - positive_margin)
    excesses[i] = Math.max(0, rivalsOf(anchor, positive) + far)
  })
  return {
    counts: partnerCounts(start),
    each(visit) {
      eachPositive((anchor, _, i) => {
        visit(excesses[i]! ** 2 / 2, anchor)
      })
    },
    backward(weight) {
      const pulls = new Float64Array(columns)
      const pairPulls = new Float64Array(other.length)
      eachPositive((anchor, positive, i) => {
        const excess = excesses[i]!
        if (excess === 0) return
        const pull = excess * weight(excess ** 2 / 2, anchor)
        const rivals = rivalsOf(anchor, positive)
        pairPulls[i] = sign * pull
        pulls[anchor]! += pull * Math.exp(nearnessOf[anchor]! - rivals)
        pulls[positive]! += pull * Math.exp(nearnessOf[positive]! - rivals)
      })
      for (let row = 0; row < rows; row++) scaleRow(gradient, row * columns, columns, pulls[row]!)
      eachPositive((anchor, positive, i) => {
        gradient[anchor * columns + positive]! += pairPulls[i]!
      })
    },
  }

  function eachPositive(visit: (anchor: number, positive: number, i: number) => void): void {
    for (let anchor = 0; anchor < rows; anchor++) {
      for (let i = start[anchor]!; i < start[anchor + 1]!; i++) visit(anchor, other[i]!, i)
    }
  }
}
