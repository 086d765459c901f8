import type {HostTensor} from '../../engine/state-dict.ts'
import type {ParametersOf} from '../card.ts'
import {type Distance, openDistance} from '../distances.ts'
import type {LossOpener} from '../loss.ts'
import {countTriplets, eachTriplet, type Terms} from '../terms.ts'
import type {Tuples} from '../tuples.ts'
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
    dispose: () => {},
  }
}

/** Walks over all triplets with how much farther their positive is than their negative. */
type Leads = (visit: (x: number, anchor: number, positive: number, negative: number) => void) => void

function leadsOf(tuples: Tuples, {columns, values}: Distance): Leads {
  return (visit) => {
    eachTriplet(tuples, (anchor, positive, negative) => {
      const base = anchor * columns
      visit(values[base + positive]! - values[base + negative]!, anchor, positive, negative)
    })
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
  let count = 0
  leads((x) => {
    const {bin, above} = place(x, bins)
    fresh[bin]! += 1 - above
    fresh[Math.min(bin + 1, bins.num_bins - 1)]! += above
    count++
  })
  if (count === 0) return {histogram: before, share: 0}
  const weightBefore = before.reduce((sum, value) => sum + value, 0)
  const momentum = weightBefore === 0 ? 1 : bins.momentum
  const total = (1 - momentum) * weightBefore + momentum * count
  return {
    histogram: before.map((value, bin) => ((1 - momentum) * value + momentum * fresh[bin]!) / total),
    share: momentum / total / width(bins),
  }
}

function rankTerms(tuples: Tuples, distance: Distance, {histogram, share}: Update, bins: Bins): Terms {
  const {columns, gradient} = distance
  const leads = leadsOf(tuples, distance)
  let sum = 0
  const smaller = Float64Array.from(histogram, (value) => {
    sum += value
    return sum
  })
  const value = (x: number) => smaller[place(x, bins).bin]! * x
  return {
    counts: countTriplets(tuples),
    each(visit) {
      leads((x, anchor) => visit(value(x), anchor))
    },
    backward(weight) {
      // Moving within its bin, a triplet takes from the share of all that are in it.
      const inBin = new Float64Array(bins.num_bins)
      leads((x, anchor) => {
        inBin[place(x, bins).bin]! += weight(value(x), anchor) * x
      })
      leads((x, anchor, positive, negative) => {
        const {bin, moves} = place(x, bins)
        const pull = weight(value(x), anchor) * smaller[bin]! - (moves ? share * inBin[bin]! : 0)
        gradient[anchor * columns + positive]! += pull
        gradient[anchor * columns + negative]! -= pull
      })
    },
  }
}

/** The edge below a number and how far above it the number is, in bins; beyond the last edge nothing moves any more. */
function place(x: number, bins: Bins): {bin: number; above: number; moves: boolean} {
  const position = (x - bins.min_value) / width(bins)
  const bin = Math.max(0, Math.min(bins.num_bins - 1, Math.floor(position)))
  const moves = position >= 0 && bin < bins.num_bins - 1
  return {bin, above: moves ? position - bin : 0, moves}
}

function width({min_value, num_bins}: Bins): number {
  return (-2 * min_value) / num_bins
}

function histogramOf(kept: HostTensor | undefined, bins: number): Float32Array {
  return kept?.dtype === 'F32' && kept.data.length === bins ? kept.data : new Float32Array(bins)
}
