import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {rescale} from '../../lib/data/rescale.ts'

const image = (height: number, width: number, value: (y: number, x: number, channel: number) => number) => ({
  pixels: Uint8Array.from({length: height * width * 3}, (_, at) =>
    value(Math.floor(at / 3 / width), Math.floor(at / 3) % width, at % 3),
  ),
  count: 1,
  height,
  width,
})

test('half the size is the mean of four pixels; sides that do not divide lose their rest', () => {
  const half = rescale(
    image(3, 4, (y, x, channel) => 40 * y + 10 * x + channel),
    0.5,
  )
  assert.deepEqual([half.height, half.width], [1, 2])
  assert.deepEqual([...half.pixels], [25, 26, 27, 45, 46, 47])
})

test('numbers are those of PyTorch’s interpolate with the same factor', () => {
  // torch.nn.functional.interpolate(x, scale_factor=f, mode='bilinear') of a ramp 0, 30, 60, 90 and its square
  const ramp = (x: number) => 30 * x
  const row = (scale: number) => {
    const {pixels, width} = rescale(
      image(1, 4, (_, x) => ramp(x)),
      scale,
    )
    return Array.from({length: width}, (_, x) => pixels[3 * x]!)
  }
  assert.deepEqual(row(Math.SQRT1_2), [6, 49])
  assert.deepEqual(row(Math.SQRT2), [0, 17, 38, 59, 80])
  assert.deepEqual(row(1), [0, 30, 60, 90])
})

test('one colour stays it at any scale, and every image of a batch is itself', () => {
  fc.assert(
    fc.property(
      fc.integer({min: 1, max: 9}),
      fc.integer({min: 1, max: 9}),
      fc.double({min: 0.05, max: 4, noNaN: true}),
      (height, width, scale) => {
        const size = height * width * 3
        const pixels = Uint8Array.from({length: 2 * size}, (_, at) => (at < size ? 7 : 250))
        const {pixels: result} = rescale({pixels, count: 2, height, width}, scale)
        assert.ok(result.every((value, at) => value === (at < result.length / 2 ? 7 : 250)))
      },
    ),
  )
})
