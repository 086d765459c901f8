import assert from 'node:assert/strict'
import {test} from 'node:test'
import {applyTransforms} from '../../../lib/data/transforms/apply.ts'
import {transformList} from '../../../lib/data/transforms/parameters.ts'
import {planRecipe} from '../../../lib/data/transforms/recipe.ts'
import {chooseRegion, type Region} from '../../../lib/data/transforms/region.ts'
import {openRandom, randomFrom} from '../../../lib/random.ts'
import {drawPixels} from '../pictures.ts'

const image = {pixels: drawPixels(3, 40, 30), width: 40, height: 30}
const plain = [{resize: 24}, {center_crop: 24}]

function apply(transforms: unknown, seed = 1): Uint8Array {
  const recipe = planRecipe(transformList.parse(transforms))
  const out = new Uint8Array(recipe.size * recipe.size * 3)
  applyTransforms(recipe, image, openRandom('apply', seed), out)
  return out
}

test('a seed fixes every draw, and another seed draws otherwise', () => {
  const all = [
    {resize: 28},
    {random_resized_crop: {size: 24}},
    {horizontal_flip: 0.5},
    {color_jitter: {brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1}},
    {grayscale: 0.2},
    {random_erasing: {}},
  ]
  assert.deepEqual(apply(all, 7), apply(all, 7))
  assert.notDeepEqual(apply(all, 7), apply(all, 8))
})

test('a jitter of no strength changes nothing, and its factors stay within their bounds', () => {
  assert.deepEqual(apply([...plain, {color_jitter: {}}]), apply(plain))
  const before = apply(plain)
  for (let seed = 0; seed < 50; seed++) {
    const after = apply([...plain, {color_jitter: {brightness: 0.25}}], seed)
    after.forEach((value, i) => {
      assert.ok(value >= Math.trunc(before[i]! * 0.75) - 1 && value <= Math.min(255, before[i]! * 1.25), `${value}`)
    })
  }
})

test('grayscale has three equal channels and happens about as often as said', () => {
  const gray = apply([...plain, {grayscale: 1}])
  for (let i = 0; i < gray.length; i += 3) assert.ok(gray[i] === gray[i + 1] && gray[i] === gray[i + 2])
  const times = Array.from({length: 400}, (_, seed) => apply([...plain, {grayscale: 0.3}], seed)).filter(
    (out) => out[0] === out[1] && out[30] === out[31],
  )
  assert.ok(Math.abs(times.length - 120) < 4.5 * Math.sqrt(400 * 0.3 * 0.7), `${times.length}`) // false alarm: 7 in a million
})

test('an erased rectangle has the colour asked for and a share of the area within the bounds; the rest is untouched', () => {
  const before = apply(plain)
  const value = [1, 254, 3]
  for (let seed = 0; seed < 40; seed++) {
    const erasing = {probability: 1, scale: [0.1, 0.3], ratio: [0.5, 2], value}
    const after = apply([...plain, {random_erasing: erasing}], seed)
    let erased = 0
    for (let i = 0; i < after.length; i += 3) {
      const pixel = [...after.subarray(i, i + 3)]
      if (pixel.join() === value.join()) erased++
      else assert.deepEqual(pixel, [...before.subarray(i, i + 3)])
    }
    const share = erased / (24 * 24)
    assert.ok(share > 0.07 && share < 0.34, `${share}`) // sides are whole pixels
  }
})

test('a random window is a window of the resized picture, at every place about equally often', () => {
  const places = new Map<string, number>()
  for (let seed = 0; seed < 600; seed++) {
    const out = apply([{resize: 30}, {random_crop: 29}], seed).join()
    places.set(out, (places.get(out) ?? 0) + 1)
  }
  assert.equal(places.size, 2 * 12) // 40 x 30 stays as it is: 12 columns, 2 rows
  const expected = 600 / 24
  const chiSquare = [...places.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  assert.ok(chiSquare < 61.1, `${chiSquare}`) // 23 degrees of freedom, false alarm 3 in 100,000
})

test('a resize before a random box makes the box one of the resized picture', () => {
  const whole = [{resize: 24}, {random_resized_crop: {size: 24, scale: [1, 1], ratio: [32 / 24, 32 / 24]}}]
  const resized = apply(whole)
  // 40 x 30 becomes 32 x 24, and the only box of that ratio is all of it, squeezed to a square.
  const recipe = planRecipe(
    transformList.parse([{random_resized_crop: {size: 24, scale: [1, 1], ratio: [4 / 3, 4 / 3]}}]),
  )
  const direct = new Uint8Array(24 * 24 * 3)
  applyTransforms(recipe, image, openRandom('box'), direct)
  const difference = resized.reduce((sum, value, i) => sum + Math.abs(value - direct[i]!), 0) / resized.length
  assert.ok(difference > 0 && difference < 12, `${difference}`)
})

test('one seed gives the same box, mirroring and colours at every size: views of a picture at two resolutions are paired', () => {
  const at = (resolution: number) =>
    planRecipe(
      transformList.parse([
        {random_resized_crop: {size: resolution, scale: [0.4, 1]}},
        {horizontal_flip: 0.5},
        {color_jitter: {brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1}},
      ]),
    )
  const mirrored = new Set<boolean>()
  for (let seed = 0; seed < 20; seed++) {
    const [student, teacher] = [at(224), at(448)].map((recipe) => chooseRegion(recipe, 640, 480, randomFrom(seed)))
    const box = ({left, top, width, height, mirrored: flip}: Region) => ({left, top, width, height, flip})
    assert.deepEqual(box(student!), box(teacher!))
    mirrored.add(student!.mirrored)
  }
  assert.equal(mirrored.size, 2)
  // Of a picture of one colour nothing but the jitter is left to see, and that does not depend on the size.
  const plainRed = {pixels: new Uint8Array(30 * 20 * 3).map((_, i) => [180, 60, 30][i % 3]!), width: 30, height: 20}
  for (let seed = 0; seed < 20; seed++) {
    const [student, teacher] = [at(8), at(16)].map((recipe) => {
      const out = new Uint8Array(recipe.size ** 2 * 3)
      applyTransforms(recipe, plainRed, randomFrom(seed), out)
      return [...out.subarray(0, 3)]
    })
    assert.deepEqual(student, teacher)
  }
})
