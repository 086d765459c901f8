import type {Transforms} from '../parameters.ts'

/** What a list of transforms comes down to: one resampling of one box of the picture, perhaps mirrored. */
export interface Recipe {
  /** Side of the square result in pixels. */
  readonly size: number
  readonly box: {readonly kind: 'center'; readonly shorterSide: number} | RandomBox
  /** Probability of mirroring left-right. */
  readonly flip: number
}

export interface RandomBox {
  readonly kind: 'random'
  /** Smallest and largest share of the picture's area. */
  readonly scale: readonly [number, number]
  /** Smallest and largest width / height. */
  readonly ratio: readonly [number, number]
}

/** Turns a checked list of transforms into a recipe, with torchvision's defaults. */
export function planRecipe(transforms: Transforms): Recipe {
  let size = 0
  let box: Recipe['box'] = {kind: 'center', shorterSide: 0}
  let flip = 0
  for (const {resize, center_crop, random_resized_crop, horizontal_flip} of transforms) {
    if (resize !== undefined) box = {kind: 'center', shorterSide: resize}
    if (center_crop !== undefined) size = center_crop
    if (random_resized_crop !== undefined) {
      size = random_resized_crop.size
      box = {
        kind: 'random',
        scale: random_resized_crop.scale ?? [0.08, 1],
        ratio: random_resized_crop.ratio ?? [3 / 4, 4 / 3],
      }
    }
    if (horizontal_flip !== undefined) flip = horizontal_flip
  }
  return {size, box, flip}
}
