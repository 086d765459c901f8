/**
 * Logarithm of the sum of exponentials over the items that count, -Infinity for none. The largest is taken off first, so
 * nothing overflows at any temperature, and items that do not count have no part in it.
 */
export function logSumExp(items: readonly number[] | Int32Array, logit: (item: number) => number): number {
  let largest = Number.NEGATIVE_INFINITY
  for (const item of items) largest = Math.max(largest, logit(item))
  if (largest === Number.NEGATIVE_INFINITY) return largest
  let sum = 0
  for (const item of items) sum += Math.exp(logit(item) - largest)
  return largest + Math.log(sum)
}
