import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import type {Region} from '../../../lib/data/transforms/region.ts'
import {type RgbImage, resample} from '../../../lib/data/transforms/resample.ts'
import {drawPixels} from '../pictures.ts'

/** Pillow's resize, said slowly: crop the box, resize all of it (rows, then columns, 8 bits between), cut the window, mirror. */
function resampleSlowly(image: RgbImage, region: Region): number[] {
  const cropped = Array.from({length: region.height}, (_, y) =>
    Array.from({length: region.width}, (_, x) => pixelAt(image, region.left + x, region.top + y)),
  )
  const {weight, support} = kernels[region.filter]
  const resizeLine = (line: Pixel[], outSize: number) => resizeLineWith(weight, support, line, outSize)
  const wide = cropped.map((row) => resizeLine(row, region.resizedWidth))
  const columns = Array.from({length: region.resizedWidth}, (_, x) =>
    resizeLine(
      wide.map((row) => row[x]!),
      region.resizedHeight,
    ),
  )
  const result: number[] = []
  for (let y = 0; y < region.windowHeight; y++) {
    for (let x = 0; x < region.windowWidth; x++) {
      const column = region.mirrored ? region.windowWidth - 1 - x : x
      result.push(...columns[region.windowLeft + column]![region.windowTop + y]!)
    }
  }
  return result
}

type Pixel = [number, number, number]

function pixelAt({pixels, width}: RgbImage, x: number, y: number): Pixel {
  const at = (y * width + x) * 3
  return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
}

/** Kernels by their textbook formulas. */
const kernels = {
  bilinear: {support: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x))},
  bicubic: {
    support: 2,
    weight: (x: number) => {
      const d = Math.abs(x)
      if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1
      return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0
    },
  },
  lanczos: {
    support: 3,
    weight: (x: number) =>
      x === 0
        ? 1
        : Math.abs(x) < 3
          ? (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2
          : 0,
  },
}

function resizeLineWith(weightAt: (x: number) => number, support: number, line: Pixel[], outSize: number): Pixel[] {
  const scale = line.length / outSize
  const widening = Math.max(scale, 1)
  return Array.from({length: outSize}, (_, x) => {
    const center = (x + 0.5) * scale
    const from = Math.max(0, Math.trunc(center - support * widening + 0.5))
    const to = Math.min(line.length, Math.trunc(center + support * widening + 0.5))
    const raw = line.slice(from, to).map((_, i) => weightAt((i + from - center + 0.5) / widening))
    const sum = raw.reduce((a, b) => a + b, 0)
    const weights = raw.map((weight) => Math.sign(weight / sum) * Math.floor(Math.abs((weight / sum) * 2 ** 22) + 0.5))
    const mix = (channel: number) =>
      Math.min(
        255,
        Math.max(
          0,
          Math.floor(
            (weights.reduce((total, weight, i) => total + weight * line[from + i]![channel]!, 0) + 2 ** 21) / 2 ** 22,
          ),
        ),
      )
    return [mix(0), mix(1), mix(2)]
  })
}

const regions = fc
  .record({
    width: fc.integer({min: 1, max: 40}),
    height: fc.integer({min: 1, max: 40}),
    resizedWidth: fc.integer({min: 1, max: 50}),
    resizedHeight: fc.integer({min: 1, max: 50}),
    left: fc.nat(5),
    top: fc.nat(5),
    mirrored: fc.boolean(),
    filter: fc.constantFrom('bilinear' as const, 'bicubic' as const, 'lanczos' as const),
  })
  .chain((box) =>
    fc
      .record({
        windowWidth: fc.integer({min: 1, max: box.resizedWidth}),
        windowHeight: fc.integer({min: 1, max: box.resizedHeight}),
      })
      .chain(({windowWidth, windowHeight}) =>
        fc
          .record({
            windowLeft: fc.nat(box.resizedWidth - windowWidth),
            windowTop: fc.nat(box.resizedHeight - windowHeight),
          })
          .map((window): Region => ({...box, ...window, windowWidth, windowHeight})),
      ),
  )

test('any window of any resize of any box equals the slow reference byte for byte', () => {
  fc.assert(
    fc.property(regions, fc.nat(100), (region, number) => {
      const [width, height] = [region.left + region.width + 2, region.top + region.height + 1]
      const image = {pixels: drawPixels(number, width, height), width, height}
      const out = new Uint8Array(region.windowWidth * region.windowHeight * 3)
      resample(image, region, out)
      assert.deepEqual([...out], resampleSlowly(image, region))
    }),
    {numRuns: 300},
  )
})

test('an image that keeps its size keeps its pixels, and white stays white when a wide one shrinks', () => {
  const square = {left: 0, top: 0, windowLeft: 0, windowTop: 0, mirrored: false, filter: 'bilinear'} as const
  const pixels = drawPixels(5, 9, 9)
  const same = new Uint8Array(pixels.length)
  resample(
    {pixels, width: 9, height: 9},
    {...square, width: 9, height: 9, resizedWidth: 9, resizedHeight: 9, windowWidth: 9, windowHeight: 9},
    same,
  )
  assert.deepEqual(same, pixels)
  const one = new Uint8Array(3)
  const white = {pixels: new Uint8Array(3 * 5000).fill(255), width: 5000, height: 1}
  resample(
    white,
    {...square, width: 5000, height: 1, resizedWidth: 1, resizedHeight: 1, windowWidth: 1, windowHeight: 1},
    one,
  )
  assert.deepEqual([...one], [255, 255, 255])
})
