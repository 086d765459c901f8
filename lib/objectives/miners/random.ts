import {drawNumbers, drawOne} from '../mining/draw.ts'
import {type Anchor, anchorsOf} from '../mining/partners.ts'
import {listTriplets, ofTriplets, type Triplet} from '../tuples.ts'
import type {Miner, MinerParametersOf, MiningBatch} from './miner.ts'
import type {random as card} from './random.card.ts'

/** Triplets that no distance has a part in. */
export const mine: Miner<MinerParametersOf<typeof card>> = (batch, {triplets_per_anchor: perAnchor}) => {
  const anchors = anchorsOf(batch.all)
  const triplets = perAnchor === null ? drawOfAll(anchors, batch) : drawOfEach(anchors, perAnchor, batch)
  return ofTriplets(listTriplets(batch.vectors.rows, triplets))
}

/** All triplets are numbered, anchor by anchor; as many numbers as rows are drawn. */
function drawOfAll(anchors: readonly Anchor[], {vectors, random}: MiningBatch): Triplet[] {
  const total = anchors.reduce((sum, {positives, negatives}) => sum + positives.length * negatives.length, 0)
  let [at, first] = [0, 0]
  return drawNumbers(vectors.rows, total, random).map((number) => {
    while (number - first >= countOf(anchors[at]!)) first += countOf(anchors[at++]!)
    const {row, positives, negatives} = anchors[at]!
    const place = number - first
    return [row, positives[Math.floor(place / negatives.length)]!, negatives[place % negatives.length]!]
  })
}

function countOf({positives, negatives}: Anchor): number {
  return positives.length * negatives.length
}

function drawOfEach(anchors: readonly Anchor[], count: number, {random}: MiningBatch): Triplet[] {
  return anchors.flatMap(({row, positives, negatives}) =>
    Array.from({length: count}, (): Triplet => [row, drawOne(positives, random), drawOne(negatives, random)]),
  )
}
