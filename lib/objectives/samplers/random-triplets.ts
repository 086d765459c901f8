import type {SamplerParameters} from '../parameters/mining.ts'
import type {Sampler} from './sampler.ts'
import {planTriplets} from './triplets.ts'

/** Triplets whose negative is any image of another class. */
export const sample: Sampler<SamplerParameters<'random-triplets'>> = (parameters, context) => {
  const {id, label} = context.images
  return planTriplets(context, parameters, (row, random) => {
    for (;;) {
      const other = random.below(id.length)
      if (label[other] !== label[row]) return id[other]!
    }
  })
}
