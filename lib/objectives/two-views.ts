import {UserError} from '../user-error.ts'
import {placesBy} from './places-by.ts'

/** Rows of the first and of the second view, image by image: `group` gives the two views of an image one number. */
export interface TwoViews {
  readonly first: Int32Array
  readonly second: Int32Array
}

export function twoViews(group: Int32Array): TwoViews {
  const images = [...placesBy(group).values()]
  const other = images.find((views) => views.length !== 2)
  if (other !== undefined) {
    throw new UserError(
      `A batch has ${other.length} row(s) of one image, but this loss compares two views of every image. Plan with mining.sampler views and mining.views 2.`,
    )
  }
  return {first: Int32Array.from(images, ([row]) => row!), second: Int32Array.from(images, ([, row]) => row!)}
}
