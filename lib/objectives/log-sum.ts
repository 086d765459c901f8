import type {Distance} from './distances.ts'
import {exponential} from './exponential.ts'
import {mostPartners, type PairList} from './tuples.ts'

/** log of the sum of exp(scale * distance + offset) over the partners of one anchor after another, with its derivative. */
export interface LogSum {
  /** `extra`: one more exponent in the sum. -Infinity where there is nothing to sum. */
  value(anchor: number, extra?: number): number
  /** Adds weight times the derivative of the last value to the gradient of the distances. */
  spread(weight: number): void
}

/**
 * The largest exponent is taken off first, so nothing overflows at any temperature; partners that do not count have no part in
 * it; every exponential is taken once.
 */
export function openLogSum(
  distance: Distance,
  {start, other}: PairList,
  {scale, offset = 0}: {readonly scale: number; readonly offset?: number},
): LogSum {
  const room = new Float64Array(mostPartners(start))
  let last = {exponentials: room, total: 0, base: 0, partners: other}
  return {
    value(anchor, extra = Number.NEGATIVE_INFINITY) {
      const partners = other.subarray(start[anchor]!, start[anchor + 1]!)
      const base = anchor * distance.columns
      const exponentials = room.subarray(0, partners.length)
      const largest = exponents(distance.values, {base, partners, scale, offset}, exponentials, extra)
      if (largest === Number.NEGATIVE_INFINITY) return largest
      const total = exponential(extra - largest) + raise(exponentials, largest)
      last = {exponentials, total, base, partners}
      return largest + Math.log(total)
    },
    spread(weight) {
      addShares(distance.gradient, last, (weight * scale) / last.total)
    },
  }
}

// Functions of their own, for what a loop reads from around the function that it is in V8 reads and checks again every time.

interface Row {
  readonly base: number
  readonly partners: Int32Array
}

/** Writes the exponents down; the largest of them and `extra`. */
function exponents(
  values: Float32Array,
  {base, partners, scale, offset}: Row & {readonly scale: number; readonly offset: number},
  to: Float64Array,
  extra: number,
): number {
  let largest = extra
  for (let i = 0; i < partners.length; i++) {
    const exponent = scale * values[base + partners[i]!]! + offset
    to[i] = exponent
    if (exponent > largest) largest = exponent
  }
  return largest
}

/** In place from x to e^(x - largest); their sum. */
function raise(exponents: Float64Array, largest: number): number {
  let total = 0
  for (let i = 0; i < exponents.length; i++) {
    const one = exponential(exponents[i]! - largest)
    exponents[i] = one
    total += one
  }
  return total
}

function addShares(
  gradient: Float32Array,
  {base, partners, exponentials}: Row & {readonly exponentials: Float64Array},
  share: number,
): void {
  for (let i = 0; i < partners.length; i++) gradient[base + partners[i]!]! += share * exponentials[i]!
}
