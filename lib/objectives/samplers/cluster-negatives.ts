import {walkClusters} from '../neighbours/walk-clusters.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import type {Miner, Sampler} from './sampler.ts'
import {planTuples, tupleAnchors} from './tuples.ts'

type Parameters = SamplerParameters<'cluster-negatives'>

/**
 * Tuples whose negatives are the images of a pool that are nearest to the anchor, no two of a class: cnnimageretrieval walks
 * down the pool so and calls classes clusters (Radenović, Tolias and Chum 2018).
 */
export const sample: Sampler<Parameters> = planTuples

export const mine: Miner<Parameters> = (parameters, context) =>
  walkClusters(parameters, tupleAnchors(parameters, context), context)
