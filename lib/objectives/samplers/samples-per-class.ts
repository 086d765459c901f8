import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf} from './classes-of.ts'
import {endlessPasses} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/**
 * Roth and Brattoli's walk over the classes, as one worker of theirs walks (Deep-Metric-Learning-Baselines, datasets.py):
 * a shuffled index is all the randomness there is. Modulo the number of classes that are allowed it says the next class, which
 * is none of the last two; modulo the size of the class it says the image, so images of a class come with replacement.
 * The first class does not count as visited (a random one does): the second group can be of the same class, as theirs can.
 */
export const sample: Sampler<SamplerParameters<'samples-per-class'>> = (parameters, {images, seed}) => {
  const {batch_size, images_per_class} = parameters
  const classes = [...classesOf(images).values()]
  if (classes.length < 3) {
    throw new UserError(
      `mining.sampler samples-per-class never returns to the last two classes, but there are ${classes.length}. ` +
        'Use mining.sampler class-random, or data with 3 classes or more.',
    )
  }
  const random = openRandom(...seed, 'indices')
  let visited = [random.below(classes.length)]
  const indices = endlessPasses([...images.id.keys()], random)
  let isFirst = true

  const drawGroup = () => {
    let index = indices.next().value
    const own = pickClass(index, classes.length, isFirst ? [] : visited)
    if (!isFirst) visited = [visited.at(-1)!, own]
    isFirst = false
    return Array.from({length: images_per_class}, (_, i) => {
      if (i > 0) index = indices.next().value
      return classes[own]![index % classes[own]!.length]!
    })
  }
  return Array.from({length: countBatches(parameters, images.id.length, batch_size)}, () =>
    membersOf(Array.from({length: batch_size / images_per_class}, drawGroup)),
  )
}

/** The class at `index`, modulo their number, among those that are not left out. */
function pickClass(index: number, classes: number, leftOut: readonly number[]): number {
  let place = index % (classes - leftOut.length)
  for (const one of [...leftOut].sort((a, b) => a - b)) if (one <= place) place++
  return place
}
