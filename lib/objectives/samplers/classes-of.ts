import {UserError} from '../../user-error.ts'
import type {TrainingImages} from './sampler.ts'

/** Image ids of every class, by ascending label. Refuses classes with one image: it has nothing to be near to. */
export function classesOf({id, label}: TrainingImages): Map<number, number[]> {
  const classes = new Map<number, number[]>()
  for (const own of Int32Array.from(new Set(label)).sort()) classes.set(own, [])
  for (let row = 0; row < id.length; row++) classes.get(label[row]!)!.push(id[row]!)
  const lone = [...classes].filter(([, images]) => images.length < 2)
  if (lone.length > 0) {
    const shown = lone.slice(0, 20).map(([own, images]) => `  class ${own}: image ${images[0]}`)
    throw new UserError(
      `${lone.length} training ${lone.length === 1 ? 'class has' : 'classes have'} a single image, so no positive to learn from:\n` +
        `${shown.join('\n')}${lone.length > shown.length ? '\n  …' : ''}\nAdd images to these classes or remove them.`,
    )
  }
  if (classes.size < 2) {
    throw new UserError(
      `The training images are of ${classes.size} class(es); learning what is near needs at least 2. Check data.protocol.`,
    )
  }
  return classes
}
