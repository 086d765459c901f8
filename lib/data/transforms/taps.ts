import type {Filter} from './filters.ts'

/** For every output position of a resize along one axis: where its input positions start, how many, and their weights. */
export interface Taps {
  readonly start: Int32Array
  readonly length: Int32Array
  /** [outputs, stride], 22 fractional bits, summing to 2^22 but for rounding. */
  readonly weights: Int32Array
  readonly stride: number
  /** Whether every position has exactly two inputs, as whenever nothing gets smaller. */
  readonly pairs: boolean
}

export const weightBits = 22

/**
 * Weights of a filter of Pillow (src/libImaging/Resample.c, precompute_coeffs) that resizes `inSize` to `outSize`, for the
 * outputs `first` to `first + count - 1`; `reversed` lists them from right to left, which mirrors the result.
 */
export function planTaps(
  {support: reach, weight: weightAt}: Filter,
  {inSize, outSize}: {inSize: number; outSize: number},
  {first, count, reversed}: {first: number; count: number; reversed: boolean},
): Taps {
  const scale = inSize / outSize
  const widening = Math.max(scale, 1)
  const support = reach * widening
  const perPixel = 1 / widening
  const pairs = reach === 1 && scale <= 1 && inSize > 1
  const stride = pairs ? 2 : Math.ceil(support) * 2 + 1
  const start = new Int32Array(count)
  const length = new Int32Array(count)
  const weights = new Int32Array(count * stride)
  const exact = new Float64Array(stride)
  for (let i = 0; i < count; i++) {
    const center = (first + i + 0.5) * scale
    const from = Math.max(0, Math.trunc(center - support + 0.5))
    // Rounding of `center` can ask for one input too many, of weight 0.
    const taps = Math.min(inSize, Math.trunc(center + support + 0.5), from + stride) - from
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const weight = weightAt((tap + from - center + 0.5) * perPixel)
      exact[tap] = weight
      sum += weight
    }
    const place = reversed ? count - 1 - i : i
    // At the far edge a single input remains; a second one of weight 0 before it keeps pairs pairs.
    const shift = pairs && from + 2 > inSize ? 1 : 0
    start[place] = from - shift
    length[place] = pairs ? 2 : taps
    for (let tap = 0; tap < taps; tap++) {
      const weight = (exact[tap]! / sum) * (1 << weightBits)
      weights[place * stride + shift + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5)
    }
  }
  return {start, length, weights, stride, pairs}
}
