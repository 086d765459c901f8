import type {Distance} from './distances.ts'
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
  let [base, from, to, total] = [0, 0, 0, 0]
  return {
    value(anchor, extra = Number.NEGATIVE_INFINITY) {
      base = anchor * columns
      from = start[anchor]!
      to = start[anchor + 1]!
      let largest = extra
      for (let i = from; i < to; i++) {
        const exponent = scale * values[base + other[i]!]! + offset
        exponentials[i - from] = exponent
        if (exponent > largest) largest = exponent
      }
      if (largest === Number.NEGATIVE_INFINITY) return largest
      total = Math.exp(extra - largest)
      for (let i = 0; i < to - from; i++) {
        const below = exponentials[i]! - largest
        const exponential = below < NEGLIGIBLE ? 0 : Math.exp(below)
        exponentials[i] = exponential
        total += exponential
      }
      return largest + Math.log(total)
    },
    spread(weight) {
      const share = (weight * scale) / total
      for (let i = from; i < to; i++) gradient[base + other[i]!]! += share * exponentials[i - from]!
    },
  }
}

/** exp of this is lost beside 1 in float64, however many of them there are. */
const NEGLIGIBLE = -60

function longest(start: Int32Array): number {
  let length = 0
  for (let row = 0; row + 1 < start.length; row++) length = Math.max(length, start[row + 1]! - start[row]!)
  return length
}
