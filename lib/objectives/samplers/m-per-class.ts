import {openRandom, type Random} from '../../random.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf, requireClasses} from './classes-of.ts'
import {drawDistinct, drawRepeatedly, endlessPasses} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/**
 * The stream of the Reality Check: pass after pass over the classes in random order, m images of each; batches are cut from
 * it, so one that straddles two passes can have a class twice. (pytorch-metric-learning 0.9.88, MPerClassSampler.)
 */
export const sample: Sampler<SamplerParameters<'m-per-class'>> = (parameters, {images, seed}) => {
  const {batch_size, images_per_class} = parameters
  const classes = classesOf(images, Math.min(images_per_class, 2))
  const perBatch = batch_size / images_per_class
  requireClasses(perBatch, classes.size, 'mining.batch_size / images_per_class')
  const labels = endlessPasses([...classes.keys()], openRandom(...seed, 'classes'))
  const random = openRandom(...seed, 'images')
  return Array.from({length: countBatches(parameters, images.id.length, batch_size)}, () =>
    membersOf(
      Array.from({length: perBatch}, () => drawImages(classes.get(labels.next().value)!, images_per_class, random)),
    ),
  )
}

/** Different images where the class has enough of them, else all draws are independent. */
function drawImages(images: readonly number[], count: number, random: Random): number[] {
  return images.length >= count ? drawDistinct(images, count, random) : drawRepeatedly(images, count, random)
}
