import type {Random} from '../../random.ts'
import {adjustBrightness, adjustContrast, adjustHue, adjustSaturation, toGrayscale} from './colour.ts'
import {eraseBox} from './erase.ts'
import type {ColourStep, Recipe} from './recipe.ts'
import {chooseRegion, resizeWhole} from './region.ts'
import {type RgbImage, resample} from './resample.ts'

/** Writes a transformed picture to `out`, size * size * 3 bytes. Equal streams of random numbers give equal bytes. */
export function applyTransforms(recipe: Recipe, image: RgbImage, random: Random, out: Uint8Array): void {
  const source = recipe.before === undefined ? image : resized(image, recipe.before)
  resample(source, chooseRegion(recipe, source.width, source.height, random), out)
  for (const step of recipe.colours) applyColour(step, out, recipe.size, random)
}

function resized(image: RgbImage, resize: NonNullable<Recipe['before']>): RgbImage {
  const region = resizeWhole(resize, image.width, image.height)
  const pixels = new Uint8Array(region.resizedWidth * region.resizedHeight * 3)
  resample(image, region, pixels)
  return {pixels, width: region.resizedWidth, height: region.resizedHeight}
}

function applyColour(step: ColourStep, pixels: Uint8Array, size: number, random: Random): void {
  if (step.probability < 1 && random.uniform() >= step.probability) return
  if (step.kind === 'grayscale') toGrayscale(pixels)
  else if (step.kind === 'erase') eraseBox(step, pixels, size, random)
  else jitter(step, pixels, random)
}

/** torchvision's ColorJitter: the order first, then every factor, whether its strength is 0 or not. */
function jitter(step: ColourStep & {kind: 'jitter'}, pixels: Uint8Array, random: Random): void {
  const order = random.shuffled(['brightness', 'contrast', 'saturation', 'hue'] as const)
  const factorOf = (strength: number) => {
    const low = Math.max(0, 1 - strength)
    return low + (1 + strength - low) * random.uniform()
  }
  const factors = {
    brightness: factorOf(step.brightness),
    contrast: factorOf(step.contrast),
    saturation: factorOf(step.saturation),
    hue: step.hue * (2 * random.uniform() - 1),
  }
  for (const name of order) if (step[name] > 0) adjustments[name](pixels, factors[name])
}

const adjustments = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
}
