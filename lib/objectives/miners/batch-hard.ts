import {anchorsOf, farthest, nearest, openFarness} from '../mining/partners.ts'
import {listTriplets, ofTriplets, type Triplet} from '../tuples.ts'
import type {batchHard} from './batch-hard.card.ts'
import type {Miner, MinerParametersOf} from './miner.ts'

/** The hardest triplet of every anchor; of equals the first in the batch. */
export const mine: Miner<MinerParametersOf<typeof batchHard>> = ({vectors, all}, {distance}) => {
  const far = openFarness(vectors, distance)
  const triplets = anchorsOf(all).map(
    ({row, positives, negatives}): Triplet => [row, farthest(row, positives, far)!, nearest(row, negatives, far)!],
  )
  return ofTriplets(listTriplets(vectors.rows, triplets))
}
