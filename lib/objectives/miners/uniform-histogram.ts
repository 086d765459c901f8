import type {Random} from '../../random.ts'
import {drawOne} from '../mining/draw.ts'
import {openFarness} from '../mining/partners.ts'
import {placesBy} from '../places-by.ts'
import {type PairList, pairList} from '../tuples.ts'
import type {Miner, MinerParametersOf} from './miner.ts'
import type {uniformHistogram} from './uniform-histogram.card.ts'

/** As many pairs of every distance; at random most would be of the commonest. */
export const mine: Miner<MinerParametersOf<typeof uniformHistogram>> = (
  {vectors, all, random},
  {bins, positives_per_bin: perPositiveBin, negatives_per_bin: perNegativeBin, distance},
) => {
  const far = openFarness(vectors, distance)
  return {
    positives: drawFromBins(all.positives, far, {bins, perBin: perPositiveBin}, random),
    negatives: drawFromBins(all.negatives, far, {bins, perBin: perNegativeBin}, random),
  }
}

function drawFromBins(
  {start, other}: PairList,
  value: (anchor: number, other: number) => number,
  {bins, perBin}: {bins: number; perBin: number},
  random: Random,
): PairList {
  const rows = start.length - 1
  const [anchors, values] = [new Int32Array(other.length), new Float64Array(other.length)]
  for (let anchor = 0; anchor < rows; anchor++) {
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
      anchors[i] = anchor
      values[i] = value(anchor, other[i]!)
    }
  }
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const width = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - least
  // The last bin holds its upper end too; where all values are equal, it holds them all.
  const binOf = (each: number) =>
    width > 0 ? Math.min(bins - 1, Math.floor(((each - least) / width) * bins)) : bins - 1
  const members = placesBy(values.map(binOf))
  const drawn = [...members.keys()]
    .sort((a, b) => a - b)
    .flatMap((bin) => Array.from({length: perBin}, () => drawOne(members.get(bin)!, random)))
  return pairList(
    rows,
    drawn.map((pair) => [anchors[pair]!, other[pair]!]),
  )
}
