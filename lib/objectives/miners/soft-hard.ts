import {drawOne} from '../mining/draw.ts'
import {anchorsOf, farthest, nearest, openFarness} from '../mining/partners.ts'
import {listTriplets, ofTriplets, type Triplet} from '../tuples.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {softHard} from './soft-hard.card.ts'

/** One of the hard positives and one of the hard negatives, at random rather than the hardest: those are often wrong labels. */
export const mine: Miner<MinerParametersOf<typeof softHard>> = ({vectors, all, random}, {distance}) => {
  const far = openFarness(vectors, distance)
  const triplets = anchorsOf(all).map(({row, positives, negatives}): Triplet => {
    const nearestNegative = far(row, nearest(row, negatives, far)!)
    const farthestPositive = far(row, farthest(row, positives, far)!)
    const hardPositives = positives.filter((positive) => far(row, positive) > nearestNegative)
    const hardNegatives = negatives.filter((negative) => far(row, negative) < farthestPositive)
    const drawFirst = (some: Int32Array, all: Int32Array) => drawOne(some.length > 0 ? some : all, random)
    return [row, drawFirst(hardPositives, positives), drawFirst(hardNegatives, negatives)]
  })
  return ofTriplets(listTriplets(vectors.rows, triplets))
}
