import type {ParametersOf} from '../card.ts'
import {softplus} from '../curves.ts'
import type {Distance} from '../distances.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLoss} from '../pair-loss.ts'
import {anchorsOf, scaleRow} from '../row-terms.ts'
import type {Terms} from '../terms.ts'
import {partnerCounts, type Tuples} from '../tuples.ts'
import type {ntxent} from './ntxent.card.ts'

/** Every positive pair against all negatives of its anchor; other positives have no part in it. */
export const open = pairLoss<ParametersOf<typeof ntxent>>('batch', (distance, {tuples}, {temperature, floor}) => {
  if (tuples.negatives.other.length === 0) return []
  return [positivePairTerms(distance, tuples, -distance.sign / temperature, Math.log(floor))]
})

/** One term a positive pair. */
function positivePairTerms(distance: Distance, {positives, negatives}: Tuples, scale: number, logFloor: number): Terms {
  const {columns, values, gradient} = distance
  const {start, other} = positives
  const terms = new Float64Array(other.length)
  // Derivatives by how far the positive is ahead of the negatives, then by its distance.
  const slopes = new Float64Array(other.length)
  const rivals = openLogSum(distance, negatives, {scale})
  const anchors = anchorsOf(positives)
  for (const anchor of anchors) {
    const against = rivals.value(anchor)
    if (against === Number.NEGATIVE_INFINITY) continue
    rivals.spread(1)
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
      const ahead = scale * values[anchor * columns + other[i]!]! - against
      const logProbability = -softplus.value(-ahead)
      terms[i] = -logSumOfTwo(logProbability, logFloor)
      slopes[i] = -Math.exp(-softplus.value(ahead)) / (1 + Math.exp(logFloor - logProbability))
    }
  }
  return {
    counts: partnerCounts(start),
    each(visit) {
      for (const anchor of anchors) {
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) visit(terms[i]!, anchor)
      }
    },
    backward(weight) {
      for (const anchor of anchors) {
        let pull = 0
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          slopes[i]! *= weight(terms[i]!, anchor)
          pull -= slopes[i]!
        }
        scaleRow(gradient, anchor * columns, columns, pull)
        for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
          gradient[anchor * columns + other[i]!]! += slopes[i]! * scale
        }
      }
    },
  }
}

/** log(exp(a) + exp(b)), a finite. */
function logSumOfTwo(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))
}
