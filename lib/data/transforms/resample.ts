import {filters} from './filters.ts'
import type {Region} from './region.ts'
import {planTaps, type Taps, weightBits} from './taps.ts'

/** A decoded picture: RGB, 8 bits, row by row, nothing between rows. */
export interface RgbImage {
  readonly pixels: Uint8Array
  readonly width: number
  readonly height: number
}

/**
 * Writes a region of a picture to `out` (windowWidth * windowHeight * 3 bytes): filtered with antialiasing, equal to Pillow's byte for byte.
 *
 * Pillow filters rows, rounds to 8 bits, then filters columns. Only the rows and columns that the window needs are computed.
 * Sums of weights are 2^22 but for rounding, so 255 times them fits 32 bits, and no sum passes 255.5 below 16,000 taps; filters
 * with negative weights (bicubic, Lanczos) overshoot, and are cut off at 0 and 255.
 */
export function resample(image: RgbImage, region: Region, out: Uint8Array): void {
  const {windowWidth, windowHeight, mirrored} = region
  const filter = filters[region.filter]
  const columns = planTaps(
    filter,
    {inSize: region.width, outSize: region.resizedWidth},
    {first: region.windowLeft, count: windowWidth, reversed: mirrored},
  )
  const rows = planTaps(
    filter,
    {inSize: region.height, outSize: region.resizedHeight},
    {first: region.windowTop, count: windowHeight, reversed: false},
  )
  const firstRow = rows.start[0]!
  const rowCount = rows.start[windowHeight - 1]! + rows.length[windowHeight - 1]! - firstRow
  const filtered = new Uint8ClampedArray(rowCount * windowWidth * 3)
  const clamped = new Uint8ClampedArray(out.buffer, out.byteOffset, out.length)
  const origin = ((region.top + firstRow) * image.width + region.left) * 3
  const filterRow = columns.pairs ? filterRowOfPairs : filterRowOfMany
  for (let row = 0; row < rowCount; row++) {
    filterRow(image.pixels, origin + row * image.width * 3, columns, filtered, row * windowWidth * 3)
  }
  const mixRows = rows.pairs ? mixTwoRows : mixManyRows
  for (let row = 0; row < windowHeight; row++) mixRows(filtered, firstRow, rows, row, windowWidth * 3, clamped)
}

const half = 1 << (weightBits - 1)

/** Filters one row of pixels horizontally; `from` and `to` are offsets in bytes. */
function filterRowOfMany(pixels: Uint8Array, from: number, taps: Taps, out: Uint8ClampedArray, to: number): void {
  const {start, length, weights, stride} = taps
  let place = to
  for (let x = 0; x < start.length; x++) {
    let red = half
    let green = half
    let blue = half
    let at = from + start[x]! * 3
    const end = x * stride + length[x]!
    for (let tap = x * stride; tap < end; tap++) {
      const weight = weights[tap]!
      red += Math.imul(weight, pixels[at]!)
      green += Math.imul(weight, pixels[at + 1]!)
      blue += Math.imul(weight, pixels[at + 2]!)
      at += 3
    }
    out[place] = red >> weightBits
    out[place + 1] = green >> weightBits
    out[place + 2] = blue >> weightBits
    place += 3
  }
}

/** The same where every output mixes two inputs. */
function filterRowOfPairs(
  pixels: Uint8Array,
  from: number,
  {start, weights}: Taps,
  out: Uint8ClampedArray,
  to: number,
): void {
  let place = to
  for (let x = 0; x < start.length; x++) {
    const at = from + start[x]! * 3
    const first = weights[2 * x]!
    const second = weights[2 * x + 1]!
    out[place] = (half + Math.imul(first, pixels[at]!) + Math.imul(second, pixels[at + 3]!)) >> weightBits
    out[place + 1] = (half + Math.imul(first, pixels[at + 1]!) + Math.imul(second, pixels[at + 4]!)) >> weightBits
    out[place + 2] = (half + Math.imul(first, pixels[at + 2]!) + Math.imul(second, pixels[at + 5]!)) >> weightBits
    place += 3
  }
}

/** Mixes filtered rows, which start at row `firstRow` of the box, into output row `y`. */
function mixManyRows(
  filtered: Uint8ClampedArray,
  firstRow: number,
  taps: Taps,
  y: number,
  rowBytes: number,
  out: Uint8ClampedArray,
): void {
  const {start, length, weights, stride} = taps
  const from = (start[y]! - firstRow) * rowBytes
  const end = y * stride + length[y]!
  for (let i = 0; i < rowBytes; i++) {
    let sum = half
    let at = from + i
    for (let tap = y * stride; tap < end; tap++) {
      sum += Math.imul(weights[tap]!, filtered[at]!)
      at += rowBytes
    }
    out[y * rowBytes + i] = sum >> weightBits
  }
}

/** The same where every output mixes two rows. */
function mixTwoRows(
  filtered: Uint8ClampedArray,
  firstRow: number,
  {start, weights}: Taps,
  y: number,
  rowBytes: number,
  out: Uint8ClampedArray,
): void {
  const from = (start[y]! - firstRow) * rowBytes
  const first = weights[2 * y]!
  const second = weights[2 * y + 1]!
  const to = y * rowBytes
  for (let i = 0; i < rowBytes; i++) {
    out[to + i] =
      (half + Math.imul(first, filtered[from + i]!) + Math.imul(second, filtered[from + rowBytes + i]!)) >> weightBits
  }
}
