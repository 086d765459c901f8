import type {SamplerParameters} from '../parameters/mining.ts'
import {planClassBatches} from './class-batches.ts'
import type {Sampler} from './sampler.ts'

/** Every batch holds random classes with the same number of images each; over the epoch classes take turns. */
export const sample: Sampler<SamplerParameters<'classes'>> = (parameters, context) =>
  planClassBatches(parameters, context)
