import {reverse} from '../layout.ts'
import {FLOAT, free, fromHost, type Raw} from '../op.ts'
import {cast, multiply, reshape, subtract} from './elementwise.ts'

/**
 * Images [count, height, width, 3] of bytes as normalised numbers of the given type, turned by 180 degrees (convolution.ts says why):
 * (pixel / 255 - mean) / deviation.
 */
export function normalisePixels(
  pixels: Uint8Array,
  shape: readonly [count: number, height: number, width: number],
  {mean, std}: {readonly mean: readonly number[]; readonly std: readonly number[]},
  dtype: number,
): Raw {
  const [count, height, width] = shape
  const bytes = fromHost(pixels, [count, height * width, 3])
  const turned = reverse(bytes, 1)
  const numbers = cast(turned, FLOAT)
  const centre = fromHost(
    Float32Array.from(mean, (value) => 255 * value),
    [3],
  )
  const scale = fromHost(
    Float32Array.from(std, (value) => 1 / (255 * value)),
    [3],
  )
  const centred = subtract(numbers, centre)
  const scaled = multiply(centred, scale)
  const typed = cast(scaled, dtype)
  const images = reshape(typed, [count, height, width, 3])
  free(bytes, turned, numbers, centre, scale, centred, scaled, typed)
  return images
}
