import {drawOne} from '../mining/draw.ts'
import {anchorsOf, openFarness} from '../mining/partners.ts'
import {listTriplets, ofTriplets, type Triplet} from '../tuples.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {semiHard} from './semi-hard.card.ts'

/** A random positive, and a random negative that is a little farther than it. */
export const mine: Miner<MinerParametersOf<typeof semiHard>> = ({vectors, all, random}, {margin, distance}) => {
  const far = openFarness(vectors, distance)
  const triplets = anchorsOf(all).map(({row, positives, negatives}): Triplet => {
    const positive = drawOne(positives, random)
    const near = far(row, positive)
    const behind = negatives.filter((negative) => far(row, negative) > near && far(row, negative) < near + margin)
    return [row, positive, drawOne(behind.length > 0 ? behind : negatives, random)]
  })
  return ofTriplets(listTriplets(vectors.rows, triplets))
}
