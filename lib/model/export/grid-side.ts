import {UserError} from '../../user-error.ts'

/** How many patches lie along a side of the picture. Throws UserError where the graph cannot know. */
export function gridSide(side: number | undefined, patch: number): number {
  if (side !== undefined && side % patch === 0) return side / patch
  throw new UserError(
    'A transformer is written as a graph for pictures of one size, with the positions of that size; ' +
      (side === undefined
        ? "the model's transforms end without center_crop, so it has none."
        : `its center_crop of ${side} is no multiple of ${patch}, the side of its patches.`) +
      ' Train or import it with an image.eval that ends with center_crop.',
  )
}
