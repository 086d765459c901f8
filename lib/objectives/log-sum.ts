import type {Distance} from './distances.ts'
import {exponential} from './exponential.ts'
import type {PairList} from './tuples.ts'

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
  {columns, values, gradient}: Distance,
  {start, other}: PairList,
  {scale, offset = 0}: {readonly scale: number; readonly offset?: number},
): LogSum {
  const exponentials = new Float64Array(longest(start))
  let last = {anchor: 0, total: 0}
  return {
    value(anchor, extra = Number.NEGATIVE_INFINITY) {
      const [base, from, count] = [anchor * columns, start[anchor]!, start[anchor + 1]! - start[anchor]!]
      let largest = extra
      for (let i = 0; i < count; i++) {
        const exponent = scale * values[base + other[from + i]!]! + offset
        exponentials[i] = exponent
        if (exponent > largest) largest = exponent
      }
      if (largest === Number.NEGATIVE_INFINITY) return largest
      let total = exponential(extra - largest)
      for (let i = 0; i < count; i++) {
        const one = exponential(exponentials[i]! - largest)
        exponentials[i] = one
        total += one
      }
      last = {anchor, total}
      return largest + Math.log(total)
    },
    spread(weight) {
      const {anchor, total} = last
      const [base, from, count] = [anchor * columns, start[anchor]!, start[anchor + 1]! - start[anchor]!]
      const share = (weight * scale) / total
      for (let i = 0; i < count; i++) gradient[base + other[from + i]!]! += share * exponentials[i]!
    },
  }
}

function longest(start: Int32Array): number {
  let length = 0
  for (let row = 0; row + 1 < start.length; row++) length = Math.max(length, start[row + 1]! - start[row]!)
  return length
}
