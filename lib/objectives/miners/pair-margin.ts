import {openDistance} from '../distances.ts'
import {keepPairs} from '../mining/keep.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {pairMargin} from './pair-margin.card.ts'

/** Pairs that a contrastive loss with these margins would learn from. */
export const mine: Miner<MinerParametersOf<typeof pairMargin>> = (
  {vectors, all},
  {positive_margin: positiveMargin, negative_margin: negativeMargin, distance},
) => {
  const {values, columns, sign} = openDistance(vectors, distance)
  /** Above 0 where a pair is farther than the margin. */
  const beyond = (anchor: number, other: number, margin: number) => sign * (values[anchor * columns + other]! - margin)
  return {
    positives: keepPairs(all.positives, (anchor, positive) => beyond(anchor, positive, positiveMargin) > 0),
    negatives: keepPairs(all.negatives, (anchor, negative) => beyond(anchor, negative, negativeMargin) < 0),
  }
}
