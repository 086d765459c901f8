import type {Random} from '../../random.ts'
import {bootstrapClasses, type Interval, sumClasses} from './bootstrap.ts'

/** How two measurements of the same queries differ: the second less the first. */
export interface PairedDifference {
  /** Queries that both count, and their classes. */
  readonly queries: number
  readonly classes: number
  /** Mean over those queries. */
  readonly difference: number
  /** Percentile interval of the mean, drawing classes. */
  readonly interval: Interval
  /** Chance of so large a difference, either way, if in every class it were chance which measurement is which. */
  readonly p: number
  /** Smallest true difference that p < 0.05 finds in four of five comparisons like this. */
  readonly detectable: number
}

export interface PairedOptions {
  readonly resamples: number
  readonly level: number
  readonly random: Random
}

/** Sign flips that the test draws where there are too many to try all. */
const flips = 10_000

/** Up to so many classes all 2^classes flips are tried. */
const fewClasses = 12

/** Quantiles of the normal distribution: 97.5 % for a two-sided test at 0.05, 80 % for its power. */
const significance = 1.959964
const power = 0.841621

/**
 * Compares two measurements query by query. Queries of one class find each other, so classes are what is drawn and flipped: a
 * percentile bootstrap, and a permutation test by flipping signs (Good 2005, section 3.2). NaN leaves a query out.
 */
export function comparePaired(
  first: Float64Array,
  second: Float64Array,
  label: Int32Array,
  options: PairedOptions,
): PairedDifference {
  const differences = first.map((value, query) => second[query]! - value)
  const {sums, counts} = sumClasses(differences, label)
  const queries = counts.reduce((sum, count) => sum + count, 0)
  const classes = counts.filter((count) => count > 0).length
  const total = sums.reduce((sum, value) => sum + value, 0)
  const difference = total / queries
  const [interval] = bootstrapClasses([differences], label, options)
  return {
    queries,
    classes,
    difference,
    interval: interval!,
    p: flipSigns(sums, total, options.random),
    detectable: (significance + power) * clusteredError(sums, counts, difference),
  }
}

/** Share of sign flips with a sum as far from 0; the one that happened is one of them. */
function flipSigns(sums: Float64Array, total: number, random: Random): number {
  const nonzero = sums.filter((sum) => sum !== 0)
  // Sums of floats in another order may differ in the last bits.
  const limit = Math.abs(total) - 1e-9
  if (nonzero.length <= fewClasses) {
    let extreme = 0
    for (let signs = 0; signs < 2 ** nonzero.length; signs++) {
      const sum = nonzero.reduce((all, value, at) => all + ((signs >> at) & 1 ? -value : value), 0)
      if (Math.abs(sum) >= limit) extreme++
    }
    return extreme / 2 ** nonzero.length
  }
  let extreme = 1
  for (let turn = 0; turn < flips; turn++) {
    const sum = nonzero.reduce((all, value) => all + (random.uniform() < 0.5 ? -value : value), 0)
    if (Math.abs(sum) >= limit) extreme++
  }
  return extreme / (flips + 1)
}

/** Standard error of the mean difference where classes, not queries, are independent (Cameron and Miller 2015, section II). */
function clusteredError(sums: Float64Array, counts: Float64Array, mean: number): number {
  const classes = counts.filter((count) => count > 0).length
  const queries = counts.reduce((sum, count) => sum + count, 0)
  const squares = sums.reduce((sum, value, own) => sum + (value - counts[own]! * mean) ** 2, 0)
  return Math.sqrt((squares * classes) / (classes - 1)) / queries
}
