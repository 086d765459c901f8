import type {SamplerParameters} from '../parameters/mining.ts'
import {neighboursByImage} from './neighbours-by-image.ts'
import type {Sampler} from './sampler.ts'
import {planTriplets} from './triplets.ts'

/** The lab's mining: the negative is drawn uniformly from the `pool` images of other classes that are nearest to the anchor. */
export const sample: Sampler<SamplerParameters<'hard-triplets'>> = ({pool, triplets_per_batch}, context) => {
  const nearest = neighboursByImage(context.neighbours!)
  return planTriplets(context, triplets_per_batch, (row, random) => {
    const candidates = nearest.get(context.images.id[row]!)!.subarray(0, pool)
    return candidates[random.below(candidates.length)]!
  })
}
