import {openDistance} from '../distances.ts'
import {keepTriplets} from '../mining/keep.ts'
import {ofTriplets} from '../tuples.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {tripletMargin} from './triplet-margin.card.ts'

type Parameters = MinerParametersOf<typeof tripletMargin>

/** All triplets of a batch whose negative is so much farther than the positive, and no more. */
export const mine: Miner<Parameters> = ({vectors, all}, {margin, keeps, distance}) => {
  const {values, columns, sign} = openDistance(vectors, distance)
  const [above, upTo] = bounds(keeps, margin)
  const triplets = keepTriplets(all, (anchor, positive, negative) => {
    const base = anchor * columns
    const gap = sign * (values[base + negative]! - values[base + positive]!)
    return gap > above && gap <= upTo
  })
  return ofTriplets(triplets)
}

/** Of d(a, n) - d(a, p): the first is not included, the second is. */
function bounds(keeps: Parameters['keeps'], margin: number): [above: number, upTo: number] {
  switch (keeps) {
    case 'violating':
      return [Number.NEGATIVE_INFINITY, margin]
    case 'hard':
      return [Number.NEGATIVE_INFINITY, Math.min(0, margin)]
    case 'semi-hard':
      return [0, margin]
    case 'easy':
      return [margin, Number.POSITIVE_INFINITY]
  }
}
