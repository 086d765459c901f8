import {columnProducts} from '../mining/column-products.ts'
import {keepTriplets} from '../mining/keep.ts'
import {ofTriplets} from '../tuples.ts'
import type {angular} from './angular.card.ts'
import type {Miner, MinerParametersOf} from './miner.ts'

/** Triplets whose negative sees anchor and positive far apart. */
export const mine: Miner<MinerParametersOf<typeof angular>> = ({vectors, all}, {angle, normalise}) => {
  const {columns} = vectors
  const products = columnProducts(vectors, normalise ? 'unit' : 'raw')
  const steepness = 4 * Math.tan((angle * Math.PI) / 180) ** 2
  const product = (one: number, other: number) => products[one * columns + other]!
  const triplets = keepTriplets(all, (anchor, positive, negative) => {
    const between = product(anchor, anchor) + product(positive, positive)
    const apart = between - 2 * product(anchor, positive)
    const toCentre =
      product(negative, negative) -
      product(anchor, negative) -
      product(positive, negative) +
      (between + 2 * product(anchor, positive)) / 4
    return apart > steepness * toCentre
  })
  return ofTriplets(triplets)
}
