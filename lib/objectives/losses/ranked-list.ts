import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {pairLoss} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {rankedList} from './ranked-list.card.ts'

/** Pulls positives into a ball around the anchor and pushes negatives out of a wider one. */
export const open = pairLoss<ParametersOf<typeof rankedList>>('batch', (distance, {tuples}, parameters) => {
  const {margin, imbalance, positive_temperature, negative_temperature} = parameters
  const alpha = parameters.alpha ?? 1 + margin / 2
  const outside = {boundary: alpha - margin, direction: 1, temperature: positive_temperature} as const
  const inside = {boundary: alpha, direction: -1, temperature: negative_temperature} as const
  const compute = (anchor: number) =>
    weightedExcess(distance, tuples.positives, anchor, {...outside, share: 1 - imbalance}) +
    weightedExcess(distance, tuples.negatives, anchor, {...inside, share: imbalance})
  return [rowTerms(distance, allRows(distance), compute)]
})

interface Side {
  readonly boundary: number
  /** 1: distances above the boundary count; -1: those below. */
  readonly direction: 1 | -1
  readonly temperature: number
  readonly share: number
}

/** The mean of what is beyond the boundary, weighted by exp(temperature * it); adds its derivative. */
function weightedExcess(
  {columns, values, gradient}: Distance,
  {start, other}: PairList,
  anchor: number,
  {boundary, direction, temperature, share}: Side,
): number {
  const [base, from, to] = [anchor * columns, start[anchor]!, start[anchor + 1]!]
  let [sum, weights] = [0, 1e-5 * columns]
  for (let i = from; i < to; i++) {
    const excess = direction * (values[base + other[i]!]! - boundary)
    if (excess <= 0) continue
    const weight = Math.exp(temperature * excess)
    sum += weight * excess
    weights += weight
  }
  const mean = sum / weights
  for (let i = from; i < to; i++) {
    const place = base + other[i]!
    const excess = direction * (values[place]! - boundary)
    if (excess <= 0) continue
    const weight = Math.exp(temperature * excess) / weights
    gradient[place]! += share * direction * weight * (1 + temperature * (excess - mean))
  }
  return share * mean
}
