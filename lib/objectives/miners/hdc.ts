import {keepPairs} from '../mining/keep.ts'
import {openFarness} from '../mining/partners.ts'
import type {PairList} from '../tuples.ts'
import type {hdc} from './hdc.card.ts'
import type {Miner, MinerParametersOf} from './miner.ts'

/** The hardest pairs of the whole batch, whichever anchors they are of; of equals at the cut the first in the batch. */
export const mine: Miner<MinerParametersOf<typeof hdc>> = ({vectors, all}, {share, distance}) => {
  const far = openFarness(vectors, distance)
  return {
    positives: keepLargest(all.positives, share, far),
    negatives: keepLargest(all.negatives, share, (anchor, negative) => -far(anchor, negative)),
  }
}

function keepLargest(pairs: PairList, share: number, value: (anchor: number, other: number) => number): PairList {
  const {start, other} = pairs
  const values = new Float32Array(other.length)
  for (let anchor = 0; anchor + 1 < start.length; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) values[i] = value(anchor, other[i]!)
  }
  const count = Math.ceil(share * values.length)
  const least = values.sort()[values.length - count]!
  let equals = values.length - count
  while (equals < values.length && values[equals] === least) equals++
  let equalsLeft = equals - (values.length - count)
  return keepPairs(pairs, (anchor, partner) => {
    const own = value(anchor, partner)
    return own > least || (own === least && equalsLeft-- > 0)
  })
}
