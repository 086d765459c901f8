import type {ParametersOf} from '../card.ts'
import {softplus} from '../curves.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLossOn} from '../pair-loss.ts'
import {positiveTerms} from '../terms.ts'
import type {tupletMargin} from './tuplet-margin.card.ts'

const cosine = {name: 'similarity', normalise: true} as const

/** Every positive pair, its angle made smaller by the margin, against all negatives of its anchor. */
export const open = pairLossOn<ParametersOf<typeof tupletMargin>>(cosine, 'plan', (distance, {tuples}, parameters) => {
  const {columns, values, gradient} = distance
  const {positives, negatives} = distinctPairs(tuples)
  if (negatives.other.length === 0) return []
  const {scale} = parameters
  const margin = (parameters.margin * Math.PI) / 180
  const rivals = openLogSum(distance, negatives, {scale})

  /** By how much the negatives together are ahead of a positive; -Infinity without negatives. */
  const lead = (anchor: number, positive: number) => {
    const angle = Math.acos(clampCosine(values[anchor * columns + positive]!))
    return rivals.value(anchor) - scale * Math.cos(angle - margin)
  }
  const value = (anchor: number, positive: number) => {
    const x = lead(anchor, positive)
    return x === Number.NEGATIVE_INFINITY ? 0 : softplus.value(x)
  }
  const spread = (anchor: number, positive: number, weight: number) => {
    const x = lead(anchor, positive)
    if (x === Number.NEGATIVE_INFINITY) return
    const pull = weight * softplus.slope(x)
    rivals.spread(pull)
    const place = anchor * columns + positive
    const angle = Math.acos(clampCosine(values[place]!))
    // d cos(angle - margin) / d cos(angle)
    gradient[place]! -= (pull * scale * Math.sin(angle - margin)) / Math.sin(angle)
  }
  return [positiveTerms(positives, value, spread)]
})

/** Keeps angles off 0 and 180 degrees, where they change infinitely fast with the cosine. */
function clampCosine(cosine: number): number {
  const limit = 1 - 1e-7
  return Math.max(-limit, Math.min(limit, cosine))
}
