import {openRandom} from '../../random.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf} from './classes-of.ts'
import {drawRepeatedly} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/**
 * Every group is of a random class, which may repeat, with images drawn with replacement (Revisiting Deep Metric Learning,
 * class_random_sampler.py). With one image a class this is drawing images by the inverse frequency of their class.
 */
export const sample: Sampler<SamplerParameters<'class-random'>> = (parameters, {images, seed}) => {
  const {batch_size, images_per_class} = parameters
  const classes = [...classesOf(images, Math.min(images_per_class, 2)).values()]
  const random = openRandom(...seed, 'groups')
  const drawGroup = () => drawRepeatedly(classes[random.below(classes.length)]!, images_per_class, random)
  return Array.from({length: countBatches(parameters, images.id.length, batch_size)}, () =>
    membersOf(Array.from({length: batch_size / images_per_class}, drawGroup)),
  )
}
