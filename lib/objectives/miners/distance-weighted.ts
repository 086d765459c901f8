import {distanceProbabilities} from '../mining/distance-weights.ts'
import {drawOne, drawWeighted} from '../mining/draw.ts'
import {anchorsOf} from '../mining/partners.ts'
import {listTriplets, ofTriplets, type Triplet} from '../tuples.ts'
import type {distanceWeighted} from './distance-weighted.card.ts'
import type {Miner, MinerParametersOf} from './miner.ts'

/** Negatives at all distances alike: at random nearly all would be sqrt(2) away. */
export const mine: Miner<MinerParametersOf<typeof distanceWeighted>> = (
  {vectors, all, random},
  {lower, upper, without_weight: withoutWeight, triplets_per_anchor: perAnchor},
) => {
  const {columns, dim, rows} = vectors
  const {products} = vectors.gram('unit')
  const triplets = anchorsOf(all).flatMap(({row, positives, negatives}) => {
    const similarities = Float64Array.from(negatives, (negative) => products[row * columns + negative]!)
    const probabilities = distanceProbabilities(similarities, {dim, lower, upper})
    if (probabilities === undefined && withoutWeight === 'skip') return []
    const drawNegative = () =>
      probabilities === undefined ? drawOne(negatives, random) : negatives[drawWeighted(probabilities, random)!]!
    const count = perAnchor ?? positives.length + 1
    return Array.from({length: count}, (): Triplet => [row, drawOne(positives, random), drawNegative()])
  })
  return ofTriplets(listTriplets(rows, triplets))
}
