import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/**
 * Batches of different images with several views of each, a group an image: every slot is transformed by a seed of its own. What is
 * left of a pass and fills no batch is left out.
 */
export const sample: Sampler<SamplerParameters<'views'>> = (parameters, {images, seed}) => {
  const {images_per_batch, views} = parameters
  if (images_per_batch > images.id.length) {
    throw new UserError(
      `mining.images_per_batch is ${images_per_batch}, but there are ${images.id.length} training images. Make it at most that.`,
    )
  }
  const random = openRandom(...seed, 'images')
  let rest: number[] = []
  return Array.from({length: countBatches(parameters, images.id.length, images_per_batch)}, () => {
    if (rest.length < images_per_batch) rest = random.shuffled([...images.id])
    return membersOf(rest.splice(0, images_per_batch).map((image) => Array<number>(views).fill(image)))
  })
}
