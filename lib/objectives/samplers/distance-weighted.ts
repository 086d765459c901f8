import {drawByDistance} from '../neighbours/draw-by-distance.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import type {Miner, Sampler} from './sampler.ts'
import {planTuples, tupleAnchors} from './tuples.ts'

type Parameters = SamplerParameters<'distance-weighted'>

/**
 * Tuples whose negatives are drawn from a pool by distance-weighted sampling (Wu, Manmatha, Smola and Krähenbühl 2017), so
 * that near and far ones come about equally often.
 */
export const sample: Sampler<Parameters> = planTuples

export const mine: Miner<Parameters> = (parameters, context) =>
  drawByDistance(parameters, tupleAnchors(parameters, context), context)
