import type {ParametersOf} from '../card.ts'
import type {Distance} from '../distances.ts'
import {pairLossOn} from '../pair-loss.ts'
import {anchorsOf, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {fastap} from './fastap.card.ts'

const LARGEST = 4

/** One less the average precision of an anchor, from histograms of its squared distances. */
export const open = pairLossOn<ParametersOf<typeof fastap>>(
  {name: 'squared', normalise: true},
  'batch',
  (distance, {tuples: {positives, negatives}}, {num_bins}) => {
    const [own, all] = [new Float64Array(num_bins + 1), new Float64Array(num_bins + 1)]
    const [slopesOfPositives, slopesOfNegatives] = [own.slice(), own.slice()]
    const compute = (anchor: number) => {
      own.fill(0)
      all.fill(0)
      count(distance, positives, anchor, own)
      all.set(own)
      count(distance, negatives, anchor, all)
      const many = positives.start[anchor + 1]! - positives.start[anchor]!
      const value = 1 - precisionSum(own, all, slopesOfPositives, slopesOfNegatives) / many
      spread(distance, positives, anchor, slopesOfPositives, -1 / many)
      spread(distance, negatives, anchor, slopesOfNegatives, -1 / many)
      return value
    }
    return [rowTerms(distance, anchorsOf(positives), compute)]
  },
)

/** Shares every distance out between the two bins beside it. */
function count({columns, values}: Distance, {start, other}: PairList, anchor: number, histogram: Float64Array): void {
  const bins = histogram.length - 1
  for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
    const position = (Math.min(LARGEST, values[anchor * columns + other[i]!]!) / LARGEST) * bins
    const bin = Math.min(Math.floor(position), bins - 1)
    histogram[bin]! += bin + 1 - position
    histogram[bin + 1]! += position - bin
  }
}

/**
 * Sum over bins of own * (own so far) / (all so far), and its derivatives by one more positive and one more negative in every bin.
 * Bins without positives have no part in it.
 */
function precisionSum(
  own: Float64Array,
  all: Float64Array,
  slopesOfPositives: Float64Array,
  slopesOfNegatives: Float64Array,
): number {
  let [ownSoFar, allSoFar, sum] = [0, 0, 0]
  for (let bin = 0; bin < own.length; bin++) {
    ownSoFar += own[bin]!
    allSoFar += all[bin]!
    const counts = own[bin]! > 0 && allSoFar > 0
    slopesOfPositives[bin] = counts ? own[bin]! / allSoFar : 0
    slopesOfNegatives[bin] = counts ? ownSoFar / allSoFar : 0
    sum += own[bin]! * slopesOfNegatives[bin]!
  }
  // A bin has a part in the sums up to every later one.
  let [byOwn, byAll] = [0, 0]
  for (let bin = own.length - 1; bin >= 0; bin--) {
    const [share, precision] = [slopesOfPositives[bin]!, slopesOfNegatives[bin]!]
    byOwn += share
    byAll -= share * precision
    slopesOfPositives[bin] = precision + byOwn + byAll
    slopesOfNegatives[bin] = byAll
  }
  return sum
}

/** From derivatives by the counts to those by the distances; flat where a distance is just at a bin, as in PyTorch. */
function spread(
  {columns, values, gradient}: Distance,
  {start, other}: PairList,
  anchor: number,
  slopes: Float64Array,
  weight: number,
): void {
  const bins = slopes.length - 1
  for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
    const place = anchor * columns + other[i]!
    const position = (values[place]! / LARGEST) * bins
    const bin = Math.floor(position)
    if (bin === position || bin >= bins) continue
    gradient[place]! += (weight * (slopes[bin + 1]! - slopes[bin]!) * bins) / LARGEST
  }
}
