import type {ParametersOf} from '../card.ts'
import {logSumExp} from '../log-sum-exp.ts'
import {pairLoss} from '../pair-loss.ts'
import {anchorTerms} from '../terms.ts'
import type {supcon} from './supcon.card.ts'

/** Per anchor: the mean over its positives of how unlikely they are among all others. */
export const open = pairLoss<ParametersOf<typeof supcon>>('batch', (distance, {tuples}, {temperature}) => {
  const {rows, columns, values, gradient} = distance
  const {positives, negatives} = tuples
  const positivesOf = (anchor: number) =>
    positives.other.subarray(positives.start[anchor]!, positives.start[anchor + 1]!)
  const othersOf = (anchor: number) => [
    ...positivesOf(anchor),
    ...negatives.other.subarray(negatives.start[anchor]!, negatives.start[anchor + 1]!),
  ]
  const anchors = [...Array(rows).keys()].filter((anchor) => positivesOf(anchor).length > 0)
  const logit = (anchor: number, other: number) => values[anchor * columns + other]! / temperature

  const value = (anchor: number) => {
    const own = positivesOf(anchor)
    const mean = own.reduce((sum, positive) => sum + logit(anchor, positive), 0) / own.length
    return logSumExp(othersOf(anchor), (other) => logit(anchor, other)) - mean
  }
  const spread = (anchor: number, weight: number) => {
    const own = positivesOf(anchor)
    const others = othersOf(anchor)
    const total = logSumExp(others, (other) => logit(anchor, other))
    for (const other of others) {
      gradient[anchor * columns + other]! += (weight * Math.exp(logit(anchor, other) - total)) / temperature
    }
    for (const positive of own) gradient[anchor * columns + positive]! -= weight / own.length / temperature
  }
  return [anchorTerms(anchors, rows, value, spread)]
})
