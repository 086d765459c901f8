import type {Random} from '../../random.ts'
import type {FilterName} from './filters.ts'
import type {RandomBox, Recipe, Resize} from './recipe.ts'

/**
 * Which pixels are wanted of one picture: a box of it, resized as a whole, of which a window is kept.
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
  readonly windowWidth: number
  readonly windowHeight: number
  readonly mirrored: boolean
  readonly filter: FilterName
}

/** Chooses the region of a picture; draws the box first and the mirroring last, as torchvision's Compose does. */
export function chooseRegion(
  {box, size, flip}: Pick<Recipe, 'box' | 'size' | 'flip'>,
  width: number,
  height: number,
  random: Random,
): Region {
  const region =
    box.kind === 'random' ? randomRegion(box, size, width, height, random) : windowOf(box.kind, box.resize, size)
  return {...region, mirrored: flip > 0 && random.uniform() < flip}

  /** CenterCrop rounds half to even; a random window is drawn row first. */
  function windowOf(kind: 'center' | 'random-window', resize: Resize, side: number): Region {
    const whole = resizeWhole(resize, width, height)
    const [down, across] = [whole.resizedHeight - side, whole.resizedWidth - side]
    const windowTop = kind === 'center' ? roundHalfEven(down / 2) : random.below(down + 1)
    const windowLeft = kind === 'center' ? roundHalfEven(across / 2) : random.below(across + 1)
    return {...whole, windowTop, windowLeft, windowWidth: side, windowHeight: side}
  }
}

/** All of a picture, its shorter side resized to the length given. */
export function resizeWhole({shorterSide, filter, rounding}: Resize, width: number, height: number): Region {
  const whole = rounding === 'truncate' ? Math.trunc : roundHalfEven
  const resizedWidth = width <= height ? shorterSide : whole((shorterSide * width) / height)
  const resizedHeight = height <= width ? shorterSide : whole((shorterSide * height) / width)
  const window = {windowLeft: 0, windowTop: 0, windowWidth: resizedWidth, windowHeight: resizedHeight}
  return {left: 0, top: 0, width, height, resizedWidth, resizedHeight, ...window, mirrored: false, filter}
}

function randomRegion(box: RandomBox, size: number, width: number, height: number, random: Random): Region {
  const cut = drawBox(box, width, height, random) ?? fallbackBox(box.ratio, width, height)
  const window = {windowLeft: 0, windowTop: 0, windowWidth: size, windowHeight: size}
  return {...cut, resizedWidth: size, resizedHeight: size, ...window, mirrored: false, filter: box.filter}
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
