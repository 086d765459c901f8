import type {Random} from '../../random.ts'
import type {RandomBox, Recipe} from './recipe.ts'

/**
 * Which pixels a recipe wants of one picture: a box of it, resized as a whole, of which a square window is kept.
 * Everything in pixels; the window lies inside the resized box.
 */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly resizedWidth: number
  readonly resizedHeight: number
  readonly windowLeft: number
  readonly windowTop: number
  readonly size: number
  readonly mirrored: boolean
}

/** Chooses the region of a picture; draws the box first and the mirroring last, as torchvision's Compose does. */
export function chooseRegion(recipe: Recipe, width: number, height: number, random: Random): Region {
  const {box, size, flip} = recipe
  const region =
    box.kind === 'center'
      ? centerRegion(box.shorterSide, size, width, height)
      : randomRegion(box, size, width, height, random)
  return {...region, mirrored: flip > 0 && random.uniform() < flip}
}

/** torchvision's Resize, which truncates the long side, and CenterCrop, which rounds half to even. */
function centerRegion(shorterSide: number, size: number, width: number, height: number): Omit<Region, 'mirrored'> {
  const resizedWidth = width <= height ? shorterSide : Math.trunc((shorterSide * width) / height)
  const resizedHeight = height <= width ? shorterSide : Math.trunc((shorterSide * height) / width)
  return {
    left: 0,
    top: 0,
    width,
    height,
    resizedWidth,
    resizedHeight,
    windowLeft: roundHalfEven((resizedWidth - size) / 2),
    windowTop: roundHalfEven((resizedHeight - size) / 2),
    size,
  }
}

function randomRegion(
  box: RandomBox,
  size: number,
  width: number,
  height: number,
  random: Random,
): Omit<Region, 'mirrored'> {
  const cut = drawBox(box, width, height, random) ?? fallbackBox(box.ratio, width, height)
  return {...cut, resizedWidth: size, resizedHeight: size, windowLeft: 0, windowTop: 0, size}
}

type Box = Pick<Region, 'left' | 'top' | 'width' | 'height'>

/** torchvision's RandomResizedCrop.get_params: area uniform, aspect ratio log-uniform, ten tries to fit. */
function drawBox({scale, ratio}: RandomBox, width: number, height: number, random: Random): Box | undefined {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = width * height * between(scale[0], scale[1], random)
    const aspect = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1]), random))
    const boxWidth = roundHalfEven(Math.sqrt(area * aspect))
    const boxHeight = roundHalfEven(Math.sqrt(area / aspect))
    if (boxWidth > 0 && boxWidth <= width && boxHeight > 0 && boxHeight <= height) {
      const top = random.below(height - boxHeight + 1)
      const left = random.below(width - boxWidth + 1)
      return {left, top, width: boxWidth, height: boxHeight}
    }
  }
  return undefined
}

/** The largest box in the middle whose aspect ratio is allowed. */
function fallbackBox(ratio: readonly [number, number], width: number, height: number): Box {
  const aspect = width / height
  // At least one pixel: a one-pixel-wide strip would otherwise round to an empty box, where torchvision fails.
  const boxWidth = aspect > ratio[1] ? Math.max(1, roundHalfEven(height * ratio[1])) : width
  const boxHeight = aspect < ratio[0] ? Math.max(1, roundHalfEven(width / ratio[0])) : height
  return {
    left: Math.floor((width - boxWidth) / 2),
    top: Math.floor((height - boxHeight) / 2),
    width: boxWidth,
    height: boxHeight,
  }
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random.uniform()
}

/** Python's round(): a half goes to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1
  return floor % 2 === 0 ? floor : floor + 1
}
