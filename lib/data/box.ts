import type {RgbImage} from './transforms/resample.ts'

/** Part of a picture, in pixels from its top left corner. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** How far a box may reach out of its picture, where it is cut off: some sets count pixels from 1, others from 0. */
const slack = 1

/** The box as far as it is inside a picture; undefined for one that is empty or reaches out. */
export function fitBox(box: Box, picture: {readonly width: number; readonly height: number}): Box | undefined {
  const right = box.left + box.width
  const bottom = box.top + box.height
  const reachesOut =
    box.left < -slack || box.top < -slack || right > picture.width + slack || bottom > picture.height + slack
  const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)]
  const [width, height] = [Math.min(right, picture.width) - left, Math.min(bottom, picture.height) - top]
  return reachesOut || width < 1 || height < 1 ? undefined : {left, top, width, height}
}

/** Cuts a box, which must be inside, out of a picture. */
export function cutBox(image: RgbImage, {left, top, width, height}: Box): RgbImage {
  if (width === image.width && height === image.height) return image
  const pixels = new Uint8Array(width * height * 3)
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * 3
    pixels.set(image.pixels.subarray(from, from + width * 3), row * width * 3)
  }
  return {pixels, width, height}
}
