import {UserError} from '../../user-error.ts'
import type {TrainingImages} from './sampler.ts'

/**
 * Image ids of every class, by ascending label. Refuses classes with fewer images than `atLeast`, by default those with one:
 * it has nothing to be near to.
 */
export function classesOf({id, label}: TrainingImages, atLeast = 2): Map<number, number[]> {
  const classes = new Map<number, number[]>()
  for (const own of Int32Array.from(new Set(label)).sort()) classes.set(own, [])
  for (let row = 0; row < id.length; row++) classes.get(label[row]!)!.push(id[row]!)
  const small = [...classes].filter(([, images]) => images.length < atLeast)
  if (small.length > 0) throw tooSmall(small, atLeast)
  if (classes.size < 2) {
    throw new UserError(
      `The training images are of ${classes.size} class(es); learning what is near needs at least 2. Check data.protocol.`,
    )
  }
  return classes
}

/** Refuses batches of more classes than there are. `parameter` is what sets their number. */
export function requireClasses(wanted: number, classes: number, parameter: string): void {
  if (wanted <= classes) return
  throw new UserError(
    `${parameter} is ${wanted}, but the training images have ${classes} classes. Set it to ${classes} or less.`,
  )
}

function tooSmall(classes: readonly (readonly [number, readonly number[]])[], atLeast: number): UserError {
  const have = classes.length === 1 ? 'class has' : 'classes have'
  const what =
    atLeast === 2
      ? 'a single image, so no positive to learn from'
      : `fewer than the ${atLeast} images that a tuple takes`
  const shown = classes
    .slice(0, 20)
    .map(([own, images]) => `  class ${own}: image${images.length === 1 ? '' : 's'} ${images.join(', ')}`)
  return new UserError(
    `${classes.length} training ${have} ${what}:\n` +
      `${shown.join('\n')}${classes.length > shown.length ? '\n  …' : ''}\nAdd images to these classes or remove them` +
      `${atLeast === 2 ? '' : ', or lower mining.positives'}.`,
  )
}
