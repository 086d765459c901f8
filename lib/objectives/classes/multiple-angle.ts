/** A cosine and its derivative. */
export interface BentCosine {
  readonly value: number
  readonly slope: number
}

/**
 * (-1)^k cos(margin angle) - 2k of the angle with the given cosine, k = floor(margin angle / pi): falls all the way from 0 to 180 degrees
 * (Liu et al. 2016, equations 6 and 7). By Chebyshev's recurrences, so that nothing is divided by the sine.
 */
export function multipleAngle(cosine: number, margin: number): BentCosine {
  const c = Math.min(1, Math.max(-1, cosine))
  const k = Math.min(margin - 1, Math.floor((margin * Math.acos(c)) / Math.PI))
  const sign = k % 2 === 0 ? 1 : -1
  let [first, firstBefore] = [c, 1] // T_1, T_0: cos(n angle)
  let [second, secondBefore] = [1, 0] // U_0, U_-1: sin((n + 1) angle) / sin(angle)
  for (let n = 1; n < margin; n++) {
    ;[first, firstBefore] = [2 * c * first - firstBefore, first]
    ;[second, secondBefore] = [2 * c * second - secondBefore, second]
  }
  return {value: sign * first - 2 * k, slope: sign * margin * second}
}
