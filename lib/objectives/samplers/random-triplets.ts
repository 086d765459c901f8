import type {SamplerParameters} from '../parameters/mining.ts'
import type {Sampler} from './sampler.ts'
import {planTriplets} from './triplets.ts'

/** Triplets whose negative is any image of another class. */
export const sample: Sampler<SamplerParameters<'random-triplets'>> = ({triplets_per_batch}, context) => {
  const {id, label} = context.images
  return planTriplets(context, triplets_per_batch, (row, random) => {
    for (;;) {
      const other = random.below(id.length)
      if (label[other] !== label[row]) return id[other]!
    }
  })
}
