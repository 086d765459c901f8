import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {decode} from '../../lib/data/decode.ts'
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  toGrayscale,
} from '../../lib/data/transforms/colour.ts'
import {planRecipe} from '../../lib/data/transforms/recipe.ts'
import {chooseRegion, type Region, resizeWhole} from '../../lib/data/transforms/region.ts'
import {type RgbImage, resample} from '../../lib/data/transforms/resample.ts'
import {openRandom} from '../../lib/random.ts'
import {golden, goldenFile} from '../golden.ts'
import {needsShared, shared} from '../shared.ts'

interface Output {
  readonly width: number
  readonly height: number
  readonly sha256: string
}

interface BoxCrop {
  readonly op: 'resized_crop'
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

interface ColourChange {
  readonly op?: keyof typeof adjustments
  readonly factor?: number
  readonly ops_in_order?: readonly (keyof typeof adjustments)[]
  readonly factors?: Readonly<Record<keyof typeof adjustments, number>>
}

interface Golden {
  readonly resize_geometry: readonly {
    readonly width: number
    readonly height: number
    readonly shorter_side: number
    readonly torchvision_resize: readonly [number, number]
    readonly rounded_resize: readonly [number, number]
    readonly centre_crop: number
    readonly crop_offset_top_left: readonly [number, number]
  }[]
  readonly images: Readonly<
    Record<
      string,
      {readonly rgb: Output; readonly steps: Readonly<Record<string, Output & {what: string | BoxCrop | ColourChange}>>}
    >
  >
}

/** Every picture must come with a step of each family; a set of cases without one is incomplete. */
const families = {
  resize: /^resize(\d+)$/,
  centerCrop: /^resize(\d+)_crop(\d+)$/,
  boxCrop: /^box_crop_(\d+)$/,
  mirroredBoxCrop: /^box_crop_(\d+)_hflip$/,
  lanczos: /^lanczos(\d+)$/,
  lanczosCrop: /^lanczos(\d+)_crop(\d+)$/,
  colour: /^(jitter_.+|grayscale|negative_hue_half)$/,
}

const adjustments = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
}

const bilinear = {filter: 'bilinear', rounding: 'truncate'} as const
const lanczos = {filter: 'lanczos', rounding: 'round'} as const

const cases = golden('transforms.json') as Golden
const isOurs = process.env.GOLDEN_DIR === undefined
const random = openRandom('unused: these regions draw nothing')

test('no golden picture, step or size is missing', () => {
  for (const [name, {steps}] of Object.entries(cases.images)) {
    for (const [family, pattern] of Object.entries(families)) {
      assert.ok(
        Object.keys(steps).some((step) => pattern.test(step)),
        `${name} has no ${family}`,
      )
    }
  }
  assert.ok(Object.keys(cases.images).length > 0 && cases.resize_geometry.length > 0)
  if (!isOurs) return
  assert.deepEqual(Object.keys(cases.images), [
    'alpha.png',
    'drawn_tall.jpg',
    'drawn_wide.png',
    'palette.png',
    'tiny.png',
  ])
  const steps = [
    'resize256',
    'resize256_crop224',
    'resize256_crop227',
    'lanczos512',
    'lanczos512_crop448',
    'lanczos256_crop224',
    'box_crop_224',
    'box_crop_224_hflip',
    'box_crop_64',
    'jitter_brightness',
    'jitter_contrast',
    'jitter_saturation',
    'jitter_hue',
    'jitter_b-c-s-h',
    'jitter_h-s-c-b',
    'jitter_c-h-b-s',
    'grayscale',
    'negative_hue_half',
  ]
  for (const image of Object.values(cases.images)) assert.deepEqual(Object.keys(image.steps), steps)
  assert.equal(cases.resize_geometry.length, 9)
})

for (const name of Object.keys(cases.images)) {
  test(`every step of ${name} equals Pillow and torchvision byte for byte`, () => checkPicture(cases, name, goldenFile))
}

test('pictures that may not be copied here transform as in Pillow, too', needsShared, async (context) => {
  const fixtures = join(shared!, 'fixtures')
  const all = JSON.parse(readFileSync(join(fixtures, 'transforms.json'), 'utf8')) as Golden
  const others = Object.keys(all.images).filter(
    (name) => !(name in cases.images) || !existsSync(goldenFile(`images/${name}`)),
  )
  if (isOurs) assert.deepEqual(others, ['bird_a.jpg', 'bird_b.png', 'bird_gray.jpg', 'exif_rotated.jpg'])
  for (const name of others) await context.test(name, () => checkPicture(all, name, (path) => join(fixtures, path)))
})

test('sizes and offsets of Resize and CenterCrop equal those of torchvision, rounded sizes those of RAML', () => {
  for (const row of cases.resize_geometry) {
    const rounded = resizeWhole({shorterSide: row.shorter_side, ...lanczos}, row.width, row.height)
    assert.deepEqual([rounded.resizedWidth, rounded.resizedHeight], row.rounded_resize)
    const recipe = planRecipe([{resize: row.shorter_side}, {center_crop: row.centre_crop}])
    const region = chooseRegion(recipe, row.width, row.height, random)
    assert.deepEqual(
      [region.resizedWidth, region.resizedHeight],
      row.torchvision_resize,
      `size of ${row.width} x ${row.height}`,
    )
    assert.deepEqual(
      [region.windowTop, region.windowLeft],
      row.crop_offset_top_left,
      `offset in ${row.width} x ${row.height}`,
    )
  }
})

async function checkPicture({images}: Golden, name: string, fileOf: (path: string) => string): Promise<void> {
  const {rgb, steps} = images[name]!
  const image = await decode(readFileSync(fileOf(`images/${name}`)))
  assert.deepEqual(describe(image), pick(rgb), `${name} decoded`)
  for (const [step, expected] of Object.entries(steps)) {
    assert.deepEqual(describe(run(image, step, steps)), pick(expected), `${step} of ${name}`)
  }
}

function run(image: RgbImage, step: string, steps: Golden['images'][string]['steps']): RgbImage {
  if (families.colour.test(step))
    return recolour(run(image, 'box_crop_64', steps), step, steps[step]!.what as ColourChange)
  const resize = families.resize.exec(step) ?? families.lanczos.exec(step)
  const like = step.startsWith('lanczos') ? lanczos : bilinear
  if (resize !== null) return resizeInTiles(image, {...like, shorter_side: Number(resize[1])})
  const crop = families.centerCrop.exec(step) ?? families.lanczosCrop.exec(step)
  if (crop !== null) {
    return runRegion(
      image,
      chooseRegion(
        planRecipe([{resize: {...like, shorter_side: Number(crop[1])}}, {center_crop: Number(crop[2])}]),
        image.width,
        image.height,
        random,
      ),
    )
  }
  const mirrored = families.mirroredBoxCrop.exec(step)
  const box = mirrored ?? families.boxCrop.exec(step)
  if (box === null) throw new Error(`no rule for the step ${step}`)
  // Only the first box crop says which box; the others are "the same box".
  const what = Object.values(steps)
    .map((one) => one.what)
    .find((one) => typeof one === 'object' && one.op === 'resized_crop') as BoxCrop
  const size = Number(box[1])
  const {left, top, width, height} = what
  return runRegion(image, {
    left,
    top,
    width,
    height,
    resizedWidth: size,
    resizedHeight: size,
    windowLeft: 0,
    windowTop: 0,
    windowWidth: size,
    windowHeight: size,
    mirrored: mirrored !== null,
    filter: 'bilinear',
  })
}

function recolour(image: RgbImage, step: string, {op, factor, ops_in_order, factors}: ColourChange): RgbImage {
  if (step === 'grayscale') toGrayscale(image.pixels)
  if (op !== undefined) adjustments[op](image.pixels, factor!)
  for (const name of ops_in_order ?? []) adjustments[name](image.pixels, factors![name])
  return image
}

/** Puts a whole resized picture together from windows, so that windows at every place are checked. */
function resizeInTiles(
  image: RgbImage,
  resize: {shorter_side: number; filter: 'bilinear' | 'lanczos'; rounding: 'truncate' | 'round'},
): RgbImage {
  const size = 61
  const whole = chooseRegion(planRecipe([{resize}, {center_crop: size}]), image.width, image.height, random)
  const {resizedWidth: width, resizedHeight: height} = whole
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y += size) {
    for (let x = 0; x < width; x += size) {
      const [windowLeft, windowTop] = [Math.min(x, width - size), Math.min(y, height - size)]
      const tile = runRegion(image, {...whole, windowLeft, windowTop})
      for (let row = 0; row < size; row++) {
        pixels.set(
          tile.pixels.subarray(row * size * 3, (row + 1) * size * 3),
          ((windowTop + row) * width + windowLeft) * 3,
        )
      }
    }
  }
  return {pixels, width, height}
}

function runRegion(image: RgbImage, region: Region): RgbImage {
  const pixels = new Uint8Array(region.windowWidth * region.windowHeight * 3)
  resample(image, region, pixels)
  return {pixels, width: region.windowWidth, height: region.windowHeight}
}

function describe({pixels, width, height}: RgbImage): Output {
  return {width, height, sha256: createHash('sha256').update(pixels).digest('hex')}
}

function pick({width, height, sha256}: Output): Output {
  return {width, height, sha256}
}
