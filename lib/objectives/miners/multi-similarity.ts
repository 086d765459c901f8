import {keepPairs} from '../mining/keep.ts'
import {anchorsOf, farthest, nearest, openFarness} from '../mining/partners.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {multiSimilarity} from './multi-similarity.card.ts'

/** Pairs that are hard compared with the other pairs of their anchor. An anchor without positives or negatives keeps none. */
export const mine: Miner<MinerParametersOf<typeof multiSimilarity>> = ({vectors, all}, {epsilon, distance}) => {
  const far = openFarness(vectors, distance)
  const farthestPositive = new Float64Array(vectors.rows).fill(Number.NEGATIVE_INFINITY)
  const nearestNegative = new Float64Array(vectors.rows).fill(Number.POSITIVE_INFINITY)
  for (const {row, positives, negatives} of anchorsOf(all)) {
    farthestPositive[row] = far(row, farthest(row, positives, far)!)
    nearestNegative[row] = far(row, nearest(row, negatives, far)!)
  }
  return {
    positives: keepPairs(all.positives, (row, positive) => far(row, positive) + epsilon > nearestNegative[row]!),
    negatives: keepPairs(all.negatives, (row, negative) => far(row, negative) - epsilon < farthestPositive[row]!),
  }
}
