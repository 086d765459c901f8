import type {SamplerParameters} from '../parameters/mining.ts'
import {planClassBatches} from './class-batches.ts'
import type {Sampler} from './sampler.ts'

/** Batches without two images of a class, for losses with a proxy or a weight vector a class. Classes take turns. */
export const sample: Sampler<SamplerParameters<'one-per-class'>> = ({batch_size, passes, iterations}, context) =>
  planClassBatches({classes_per_batch: batch_size, images_per_class: 1, passes, iterations}, context)
