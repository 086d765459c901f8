import {UserError} from '../user-error.ts'
import type {ReducerSpec} from './parameters/reducer.ts'
import type {Terms} from './terms.ts'

export interface Reduction {
  readonly value: number
  /** Terms above zero. */
  readonly active: number
  readonly count: number
  /** Derivative of the value by a term. */
  weight(value: number, anchor: number): number
}

/** Puts the terms of a loss together; no terms give 0. `labels`: class number of every row. */
export function reduce(terms: Terms, {spec, labels}: {spec: ReducerSpec; labels: Int32Array}): Reduction {
  const totals = add(terms)
  const {sum, active, count} = totals
  const share = (divisor: number) => (divisor === 0 ? 0 : 1 / divisor)
  const constant = (weight: number) => ({value: sum * weight, active, count, weight: () => weight})
  if (terms.reduction === 'sum') return {...constant(1), active: 0, count: 0}
  switch (spec.name) {
    case 'sum':
      return constant(1)
    case 'mean':
      return constant(share(count))
    case 'active-mean':
      return activeMean(totals)
    case 'threshold':
      return within(terms, totals, spec.low, spec.high)
    case 'per-anchor': {
      const weights = Float64Array.from(terms.counts, (own) => share(own) / terms.counts.length)
      return weighted(terms, totals, (anchor) => weights[anchor]!)
    }
    case 'sum-per-anchor': {
      const weights = Float64Array.from(terms.counts, share)
      return weighted(terms, totals, (anchor) => weights[anchor]!)
    }
    case 'class-weighted': {
      const missing = labels.find((label) => spec.weights[label] === undefined)
      if (missing !== undefined) {
        throw new UserError(
          `objective.reducer.weights has ${spec.weights.length} weights, but a training class has the number ${missing}. Give one weight for each class.`,
        )
      }
      return weighted(terms, totals, (anchor) => spec.weights[labels[anchor]!]! * share(count))
    }
  }
}

interface Totals {
  readonly sum: number
  /** Of the terms above zero. */
  readonly positiveSum: number
  readonly active: number
  readonly count: number
}

function add(terms: Terms): Totals {
  // In an array: numbers that a function outside of the loop adds to would be made anew, each on the heap, for every term.
  const totals = new Float64Array(3)
  terms.each((value, _, times = 1) => {
    totals[0]! += value * times
    if (value > 0) {
      totals[1]! += value * times
      totals[2]! += times
    }
  })
  const [sum, positiveSum, active] = totals as unknown as [number, number, number]
  return {sum, positiveSum, active, count: terms.counts.reduce((total, own) => total + own, 0)}
}

function activeMean({positiveSum, active, count}: Totals): Reduction {
  const weight = active === 0 ? 0 : 1 / active
  return {value: positiveSum * weight, active, count, weight: (value) => (value > 0 ? weight : 0)}
}

/** Mean of the terms between two bounds, neither included. */
function within(terms: Terms, {active, count}: Totals, low: number, high = Number.POSITIVE_INFINITY): Reduction {
  const counts = (value: number) => value > low && value < high
  let sum = 0
  let shown = 0
  let kept = 0
  terms.each((value, _, times = 1) => {
    shown += times
    if (!counts(value)) return
    sum += value * times
    kept += times
  })
  if (counts(0)) kept += count - shown // those that `each` left out
  const weight = kept === 0 ? 0 : 1 / kept
  return {value: sum * weight, active, count, weight: (value) => (counts(value) ? weight : 0)}
}

function weighted(terms: Terms, {active, count}: Totals, weightOf: (anchor: number) => number): Reduction {
  let value = 0
  terms.each((term, anchor, times = 1) => {
    value += term * times * weightOf(anchor)
  })
  return {value, active, count, weight: (_, anchor) => weightOf(anchor)}
}
