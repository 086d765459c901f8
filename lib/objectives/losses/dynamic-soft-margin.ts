import type {HostTensor} from '../../engine/state-dict.ts'
import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import type {LossOpener} from '../loss.ts'
import type {Terms} from '../terms.ts'
import {countTriplets, mostPartners, type Tuples} from '../tuples.ts'
import type {dynamicSoftMargin} from './dynamic-soft-margin.card.ts'

/** Triplets by how hard they are among those seen so far. */
export const open: LossOpener<ParametersOf<typeof dynamicSoftMargin>> = (parameters, context) => {
  const {num_bins, distance: spec} = parameters
  let histogram = histogramOf(context.remembered('histogram'), num_bins)
  return {
    compares: 'plan',
    weights: [],
    start({vectors, tuples}) {
      const distance = openDistance(vectors, spec)
      const update = blend(histogram, leadsOf(tuples, distance), parameters)
      histogram = update.histogram
      return {terms: [rankTerms(tuples, distance, update, parameters)], gradient: () => distance.backward()}
    },
    state: () => new Map([['histogram', {dtype: 'F32', shape: [num_bins], data: histogram}]]),
  }
}

/** Triplets of one positive pair. */
interface PairLeads {
  readonly anchor: number
  /** Where the pair is in the distance matrix. */
  readonly near: number
  readonly count: number
  /** Where the anchor's pairs with the `count` negatives are. */
  readonly far: Int32Array
  /** How much farther the positive is than each of them. */
  readonly leads: Float64Array
}

/** Walks over all triplets, those of a positive pair at once: a function a triplet costs more than the rest of its arithmetic. */
type Leads = (visit: (pair: PairLeads) => void) => void

function leadsOf(tuples: Tuples, {columns, values}: Distance): Leads {
  const {triplets} = tuples
  // A miner may draw a pair more than once, so there can be more of them than columns.
  const most = triplets === undefined ? mostPartners(tuples.negatives.start) : 1
  const far = new Int32Array(most)
  const leads = new Float64Array(most)
  const pairLeads = (anchor: number, positive: number, count: number): PairLeads => {
    const near = anchor * columns + positive
    const own = values[near]!
    for (let i = 0; i < count; i++) leads[i] = own - values[far[i]!]!
    return {anchor, near, count, far, leads}
  }
  return (visit) => {
    if (triplets !== undefined) {
      triplets.each((anchor, positive, negative) => {
        far[0] = anchor * columns + negative
        visit(pairLeads(anchor, positive, 1))
      })
      return
    }
    const {positives, negatives} = tuples
    for (let anchor = 0; anchor + 1 < positives.start.length; anchor++) {
      const [base, from] = [anchor * columns, negatives.start[anchor]!]
      const count = negatives.start[anchor + 1]! - from
      for (let i = 0; i < count; i++) far[i] = base + negatives.other[from + i]!
      for (let i = positives.start[anchor]!; i < positives.start[anchor + 1]!; i++) {
        visit(pairLeads(anchor, positives.other[i]!, count))
      }
    }
  }
}

interface Update {
  /** Sums to 1. */
  readonly histogram: Float32Array
  /** Derivative of an entry by the position of one triplet between two edges. */
  readonly share: number
}

interface Bins {
  readonly min_value: number
  readonly num_bins: number
  readonly momentum: number
}

/** Every triplet counts for the two edges beside it, the more the nearer. */
function blend(before: Float32Array, leads: Leads, bins: Bins): Update {
  const fresh = new Float64Array(bins.num_bins)
  const last = bins.num_bins - 1
  let total = 0
  leads((pair) => {
    for (let i = 0; i < pair.count; i++) {
      const position = positionOf(pair.leads[i]!, bins)
      const bin = binAt(position, bins)
      const above = moves(position, bins) ? position - bin : 0
      fresh[bin]! += 1 - above
      fresh[Math.min(bin + 1, last)]! += above
    }
    total += pair.count
  })
  if (total === 0) return {histogram: before, share: 0}
  const weightBefore = before.reduce((sum, value) => sum + value, 0)
  const momentum = weightBefore === 0 ? 1 : bins.momentum
  const weight = (1 - momentum) * weightBefore + momentum * total
  return {
    histogram: before.map((value, bin) => ((1 - momentum) * value + momentum * fresh[bin]!) / weight),
    share: momentum / weight / width(bins),
  }
}

function rankTerms(tuples: Tuples, distance: Distance, {histogram, share}: Update, bins: Bins): Terms {
  const {gradient} = distance
  const eachPair = leadsOf(tuples, distance)
  let sum = 0
  const smaller = Float64Array.from(histogram, (value) => {
    sum += value
    return sum
  })
  return {
    counts: countTriplets(tuples),
    each(visit) {
      eachPair(({anchor, count, leads}) => {
        for (let i = 0; i < count; i++) {
          const x = leads[i]!
          visit(smaller[binAt(positionOf(x, bins), bins)]! * x, anchor)
        }
      })
    },
    backward(weight) {
      // Moving within its bin, a triplet takes from the share of all that are in it.
      const inBin = new Float64Array(bins.num_bins)
      eachPair(({anchor, count, leads}) => {
        for (let i = 0; i < count; i++) {
          const x = leads[i]!
          const bin = binAt(positionOf(x, bins), bins)
          inBin[bin]! += weight(smaller[bin]! * x, anchor) * x
        }
      })
      eachPair(({anchor, near, count, far, leads}) => {
        let pulls = 0
        for (let i = 0; i < count; i++) {
          const x = leads[i]!
          const position = positionOf(x, bins)
          const bin = binAt(position, bins)
          const taken = moves(position, bins) ? share * inBin[bin]! : 0
          const pull = weight(smaller[bin]! * x, anchor) * smaller[bin]! - taken
          pulls += pull
          gradient[far[i]!]! -= pull
        }
        gradient[near]! += pulls
      })
    },
  }
}

/** Place of a number among the edges, in bins. */
function positionOf(x: number, bins: Bins): number {
  return (x - bins.min_value) / width(bins)
}

/** The edge below. */
function binAt(position: number, {num_bins}: Bins): number {
  return Math.max(0, Math.min(num_bins - 1, Math.floor(position)))
}

/** Beyond the last edge nothing moves any more. */
function moves(position: number, {num_bins}: Bins): boolean {
  return position >= 0 && position < num_bins - 1
}

function width({min_value, num_bins}: Bins): number {
  return (-2 * min_value) / num_bins
}

function histogramOf(kept: HostTensor | undefined, bins: number): Float32Array {
  return kept?.dtype === 'F32' && kept.data.length === bins ? kept.data : new Float32Array(bins)
}
