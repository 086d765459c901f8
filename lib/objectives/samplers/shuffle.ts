import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {endlessPasses} from './draw.ts'
import {requirePlannable} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/** Plain batches of shuffled images, whatever their classes: in every pass each image comes once. */
export const sample: Sampler<SamplerParameters<'shuffle'>> = (parameters, {images, seed}) => {
  const {batch_size, drop_last, passes, iterations} = parameters
  const shuffled = endlessPasses([...images.id], openRandom(...seed, 'images'))
  const count = iterations === null ? Math.floor(passes * images.id.length) : iterations * batch_size
  requirePlannable(count)
  const sizes = Array.from({length: Math.ceil(count / batch_size)}, (_, step) =>
    Math.min(batch_size, count - step * batch_size),
  ).filter((size) => size === batch_size || !drop_last)
  if (sizes.length === 0) {
    throw new UserError(
      `mining.passes ${passes} over ${images.id.length} training images makes no batch of ${batch_size}. ` +
        'Make mining.batch_size smaller, raise mining.passes or set mining.drop_last to false.',
    )
  }
  return sizes.map((size) => membersOf(Array.from({length: size}, () => [shuffled.next().value])))
}
