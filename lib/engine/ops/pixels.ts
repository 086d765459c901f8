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
  const rows = reshape(numbers, [count * height, width * 3])
  const centre = alongRow(mean, width, (value) => 255 * value)
  const scale = alongRow(std, width, (value) => 1 / (255 * value))
  const centred = subtract(rows, centre)
  const scaled = multiply(centred, scale)
  const typed = cast(scaled, dtype)
  const images = reshape(typed, [count, height, width, 3])
  free(bytes, turned, numbers, rows, centre, scale, centred, scaled, typed)
  return images
}

/** A row of the image, with one number a channel: TensorFlow repeats a long row much faster than three numbers. */
function alongRow(channels: readonly number[], width: number, number: (value: number) => number): Raw {
  return fromHost(
    Float32Array.from({length: width * 3}, (_, i) => number(channels[i % 3]!)),
    [width * 3],
  )
}
