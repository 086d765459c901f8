import {reverse} from '../layout.ts'
import {FLOAT, free, fromHost, type Raw} from '../op.ts'
import {cast, multiply, reshape, subtract} from './elementwise.ts'

/** How bytes become the network's input, per channel: (byte * range / 255 - mean) / std. */
export interface Normalisation {
  /** In which order the network takes them; mean and std are in this order. */
  readonly channels: 'rgb' | 'bgr'
  /** What a byte of 255 counts as: 1, or 255 for networks from Caffe. */
  readonly range: number
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** Images [count, height, width, 3] of bytes, RGB, as normalised numbers of the given type, turned by 180 degrees (convolution.ts says why). */
export function normalisePixels(
  pixels: Uint8Array,
  shape: readonly [count: number, height: number, width: number],
  normalisation: Normalisation,
  dtype: number,
): Raw {
  const [count, height, width] = shape
  const bytes = fromHost(pixels, [count, height * width, 3])
  const turned = turn(bytes, normalisation)
  const numbers = cast(turned, FLOAT)
  const rows = reshape(numbers, [count * height, width * 3])
  const {centre, scale} = byteScaling(normalisation)
  const [centres, scales] = [alongRow(centre, width), alongRow(scale, width)]
  const centred = subtract(rows, centres)
  const scaled = multiply(centred, scales)
  const typed = cast(scaled, dtype)
  const images = reshape(typed, [count, height, width, 3])
  free(bytes, turned, numbers, rows, centres, scales, centred, scaled, typed)
  return images
}

/** The same arithmetic on bytes: (byte - centre) * scale, per channel in the network's order. */
export function byteScaling({range, mean, std}: Normalisation) {
  return {
    centre: Float32Array.from(mean, (value) => (255 / range) * value),
    scale: Float32Array.from(std, (value) => range / (255 * value)),
  }
}

/** Read from its end, a picture is turned; with the bytes of each pixel, blue comes first. */
function turn(bytes: Raw, {channels}: Normalisation): Raw {
  if (channels === 'rgb') return reverse(bytes, 1)
  const [count, pixels] = bytes.shape as [number, number]
  const flat = reshape(bytes, [count, pixels * 3])
  const turned = reverse(flat, 1)
  free(flat)
  return turned
}

/** A row of the image, with one number a channel: TensorFlow repeats a long row much faster than three numbers. */
function alongRow(channels: Float32Array, width: number): Raw {
  return fromHost(
    Float32Array.from({length: width * 3}, (_, i) => channels[i % 3]!),
    [width * 3],
  )
}
