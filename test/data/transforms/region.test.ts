import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {transformList} from '../../../lib/data/transforms/parameters.ts'
import {planRecipe as planParsed} from '../../../lib/data/transforms/recipe.ts'
import {chooseRegion} from '../../../lib/data/transforms/region.ts'
import {deriveSeed, type Random, randomFrom} from '../../../lib/random.ts'

const planRecipe = (transforms: unknown) => planParsed(transformList.parse(transforms))

/** A stream that yields the numbers given; `below(n)` is floor(number * n). */
function scripted(...numbers: number[]): Random & {readonly left: () => number} {
  const queue = [...numbers]
  const uniform = () => {
    const next = queue.shift()
    assert.notEqual(next, undefined, 'drew more numbers than expected')
    return next!
  }
  return {
    uniform,
    below: (count) => Math.floor(uniform() * count),
    normal: uniform,
    shuffled: (items) => [...items],
    left: () => queue.length,
  }
}

test('the defaults of random_resized_crop are those of torchvision', () => {
  assert.deepEqual(planRecipe([{random_resized_crop: {size: 224}}, {horizontal_flip: 0.5}]), {
    size: 224,
    box: {kind: 'random', scale: [0.08, 1], ratio: [3 / 4, 4 / 3], filter: 'bilinear'},
    flip: 0.5,
    colours: [],
  })
})

test('a random box has the drawn area and aspect ratio, then the drawn place', () => {
  const recipe = planRecipe([{random_resized_crop: {size: 64, scale: [1e-9, 1], ratio: [0.25, 4]}}])
  // area = 0.25 * 100 * 80 = 2000; aspect = exp(log 1/4 + 0.75 * log 16) = 2; width = sqrt(4000) = 63.2, height = sqrt(1000) = 31.6
  const random = scripted(0.25, 0.75, 0.5, 0.999)
  const {left, top, width, height, resizedWidth, windowWidth} = chooseRegion(recipe, 100, 80, random)
  assert.deepEqual(
    {left, top, width, height, resizedWidth, windowWidth},
    {left: 37, top: 24, width: 63, height: 32, resizedWidth: 64, windowWidth: 64},
  )
  assert.equal(random.left(), 0)
})

test('a box that does not fit is drawn again', () => {
  const recipe = planRecipe([{random_resized_crop: {size: 8, scale: [1, 1], ratio: [0.5, 2]}}])
  // aspect 2 in a square of 100 needs width 141: no. Then aspect 1 fits exactly, with one place.
  const {width, height} = chooseRegion(recipe, 100, 100, scripted(0.5, 1, 0.5, 0.5, 0, 0))
  assert.deepEqual([width, height], [100, 100])
})

test('after ten boxes that do not fit the largest allowed box in the middle is taken', () => {
  const recipe = planRecipe([{random_resized_crop: {size: 8, scale: [1, 1]}}])
  const box = (width: number, height: number) => {
    const region = chooseRegion(recipe, width, height, scripted(...new Array(20).fill(0.5)))
    return [region.left, region.top, region.width, region.height]
  }
  assert.deepEqual(box(400, 90), [140, 0, 120, 90], 'wide: width = 90 * 4 / 3')
  assert.deepEqual(box(90, 400), [0, 140, 90, 120], 'tall: height = 90 / (3 / 4)')
  assert.deepEqual(box(1, 400), [0, 199, 1, 1], 'round(1 / 0.75) = 1')
})

test('mirroring is drawn last and happens below its probability', () => {
  const recipe = planRecipe([{resize: 8}, {center_crop: 8}, {horizontal_flip: 0.3}])
  assert.equal(chooseRegion(recipe, 9, 9, scripted(0.29)).mirrored, true)
  assert.equal(chooseRegion(recipe, 9, 9, scripted(0.3)).mirrored, false)
  const never = planRecipe([{resize: 8}, {center_crop: 8}])
  assert.equal(chooseRegion(never, 9, 9, scripted()).mirrored, false)
})

test('boxes lie inside the picture and keep their share and ratio', () => {
  const recipe = planRecipe([{random_resized_crop: {size: 8}}])
  fc.assert(
    fc.property(fc.integer({min: 1, max: 600}), fc.integer({min: 1, max: 600}), fc.nat(), (width, height, number) => {
      const box = chooseRegion(recipe, width, height, randomFrom(deriveSeed(number)))
      assert.ok(box.left >= 0 && box.top >= 0 && box.width >= 1 && box.height >= 1)
      assert.ok(box.left + box.width <= width && box.top + box.height <= height)
      // Sides are rounded to whole pixels, so the ratio is met within half a pixel on either side.
      assert.ok((box.width - 0.5) / (box.height + 0.5) <= 4 / 3 && (box.width + 0.5) / (box.height - 0.5) >= 3 / 4)
    }),
  )
})

test('over many seeds the area is uniform, half of the pictures are mirrored, and the two are independent', () => {
  const recipe = planRecipe([
    {random_resized_crop: {size: 8, scale: [0.2, 0.6], ratio: [1, 1]}},
    {horizontal_flip: 0.5},
  ])
  const draws = 4000
  const counts = new Array<number>(8).fill(0)
  for (let i = 0; i < draws; i++) {
    const {width, height, mirrored} = chooseRegion(recipe, 1000, 1000, randomFrom(deriveSeed('region', i)))
    const quarter = Math.min(3, Math.floor(((width * height) / 1e6 - 0.2) / 0.1))
    counts[quarter * 2 + Number(mirrored)]! += 1
  }
  // 8 equally likely cells: chi-squared with 7 degrees of freedom stays below 24.3 in 999 of 1,000 sets of seeds; these seeds are fixed.
  const chiSquared = counts.reduce((sum, count) => sum + (count - draws / 8) ** 2 / (draws / 8), 0)
  assert.ok(chiSquared < 24.3, `${chiSquared}`)
})
