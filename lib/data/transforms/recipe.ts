import type {FilterName} from './filters.ts'
import type {Transforms} from './parameters.ts'

/** What a list of transforms comes down to: a box of the picture, resampled and perhaps mirrored, then changes of its colours. */
export interface Recipe {
  /** Side of the square result in pixels. */
  readonly size: number
  /** A resize of the whole picture that comes before the box is drawn. */
  readonly before?: Resize
  readonly box: ResizedWindow | RandomBox
  /** Probability of mirroring left-right. */
  readonly flip: number
  readonly colours: readonly ColourStep[]
  /** Mixing of two pictures that went through all of this with the same seed. */
  readonly mixup?: {readonly alpha: number}
}

export interface Resize {
  readonly shorterSide: number
  readonly filter: FilterName
  /** What becomes of a fraction of a pixel: torchvision truncates the longer side, RAML rounds. */
  readonly rounding: 'truncate' | 'round'
}

/** The whole picture resized, of which a window in the middle or at a random place is kept. */
export interface ResizedWindow {
  readonly kind: 'center' | 'random-window'
  readonly resize: Resize
}

export interface RandomBox {
  readonly kind: 'random'
  /** Smallest and largest share of the picture's area. */
  readonly scale: readonly [number, number]
  /** Smallest and largest width / height. */
  readonly ratio: readonly [number, number]
  readonly filter: FilterName
}

export type ColourStep =
  | {
      readonly kind: 'jitter'
      readonly brightness: number
      readonly contrast: number
      readonly saturation: number
      readonly hue: number
      readonly probability: number
    }
  | {readonly kind: 'grayscale'; readonly probability: number}
  | {
      readonly kind: 'erase'
      readonly probability: number
      readonly scale: readonly [number, number]
      readonly ratio: readonly [number, number]
      readonly value: readonly [number, number, number]
    }

/** Turns a checked list of transforms into a recipe, with torchvision's defaults. */
export function planRecipe(transforms: Transforms): Recipe {
  let resize: Resize = {shorterSide: 0, filter: 'bilinear', rounding: 'truncate'}
  let geometry: Pick<Recipe, 'size' | 'box' | 'before'> | undefined
  let flip = 0
  const colours: ColourStep[] = []
  let mixup: Recipe['mixup']
  let resized = false
  for (const one of transforms) {
    if (one.resize !== undefined) {
      resized = true
      resize = typeof one.resize === 'number' ? {...resize, shorterSide: one.resize} : openResize(one.resize)
    }
    if (one.center_crop !== undefined) geometry = {size: one.center_crop, box: {kind: 'center', resize}}
    if (one.random_crop !== undefined) geometry = {size: one.random_crop, box: {kind: 'random-window', resize}}
    if (one.random_resized_crop !== undefined) {
      const {size, ...box} = one.random_resized_crop
      geometry = {size, box: {kind: 'random', ...box}, ...(resized && {before: resize})}
    }
    if (one.horizontal_flip !== undefined) flip = one.horizontal_flip
    if (one.color_jitter !== undefined) colours.push({kind: 'jitter', ...one.color_jitter})
    if (one.grayscale !== undefined) colours.push({kind: 'grayscale', probability: one.grayscale})
    if (one.mixup !== undefined) mixup = one.mixup
    if (one.random_erasing !== undefined) colours.push({kind: 'erase', ...one.random_erasing})
  }
  return {...geometry!, flip, colours, ...(mixup && {mixup})}
}

function openResize({shorter_side, ...rest}: {shorter_side: number} & Omit<Resize, 'shorterSide'>): Resize {
  return {shorterSide: shorter_side, ...rest}
}
