import type {ParametersOf} from '../card.ts'
import {distinctPairs} from '../distinct-pairs.ts'
import {pairLossOn} from '../pair-loss.ts'
import {batchTerm} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {histogram} from './histogram.card.ts'

/** How likely a random negative pair is more similar than a random positive one: a single number for the batch. */
export const open = pairLossOn<ParametersOf<typeof histogram>>(
  {name: 'similarity', normalise: true},
  'batch',
  ({columns, values, gradient}, {tuples}, {num_bins}) => {
    const {positives, negatives} = distinctPairs(tuples)
    const own = unorderedPlaces(positives, negatives, columns)
    const others = unorderedPlaces(negatives, positives, columns)
    if (own.length === 0) return []
    const ownShares = shares(own)
    const otherShares = shares(others)
    const ownSoFar = cumulated(ownShares)
    const value = otherShares.reduce((sum, share, bin) => sum + share * ownSoFar[bin]!, 0)
    const spread = (weight: number) => {
      // One bin up, a negative pair meets the positives of that bin too, and a positive pair leaves the negatives of its old bin.
      for (const place of others) {
        gradient[place]! += (weight * ownShares[binOf(place) + 1]! * num_bins) / 2 / others.length
      }
      for (const place of own) {
        gradient[place]! -= (weight * otherShares[binOf(place)]! * num_bins) / 2 / own.length
      }
    }
    return [batchTerm(value, spread)]

    function positionOf(place: number): number {
      return Math.max(0, Math.min(num_bins, ((values[place]! + 1) * num_bins) / 2))
    }

    function binOf(place: number): number {
      return Math.min(num_bins - 1, Math.floor(positionOf(place)))
    }

    /** Shares every pair out between the two bins beside it. */
    function shares(places: Int32Array): Float64Array {
      const bins = new Float64Array(num_bins + 1)
      for (const place of places) {
        const bin = binOf(place)
        const above = positionOf(place) - bin
        bins[bin]! += 1 - above
        bins[bin + 1]! += above
      }
      return bins.map((count) => count / places.length)
    }
  },
)

/** Places in the matrix of the pairs whose anchor has partners of the other kind too, each once: [a, b] and [b, a] are the same. */
function unorderedPlaces({start, other}: PairList, {start: needed}: PairList, columns: number): Int32Array {
  const rows = start.length - 1
  const seen = new Uint8Array(rows * rows)
  const places = new Int32Array(other.length)
  let count = 0
  for (let anchor = 0; anchor < rows; anchor++) {
    if (needed[anchor] === needed[anchor + 1]) continue
    for (let i = start[anchor]!; i < start[anchor + 1]!; i++) {
      const partner = other[i]!
      const [low, high] = [Math.min(anchor, partner), Math.max(anchor, partner)]
      if (high < rows) {
        if (seen[low * rows + high] === 1) continue
        seen[low * rows + high] = 1
      }
      places[count++] = anchor * columns + partner
    }
  }
  return places.subarray(0, count)
}

function cumulated(values: Float64Array): Float64Array {
  let sum = 0
  return values.map((value) => {
    sum += value
    return sum
  })
}
