import {findNeighbours} from '../neighbours/find.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {neighboursByImage} from './neighbours-by-image.ts'
import type {Miner, Sampler} from './sampler.ts'
import {planTriplets} from './triplets.ts'

type Parameters = SamplerParameters<'hard-triplets'>

/** The lab's mining: the negative is drawn uniformly from the `pool` images of other classes that are nearest to the anchor. */
export const sample: Sampler<Parameters> = (parameters, context) => {
  const nearest = neighboursByImage(context.neighbours!)
  return planTriplets(context, parameters, (row, random) => {
    const candidates = nearest.get(context.images.id[row]!)!.subarray(0, parameters.pool)
    return candidates[random.below(candidates.length)]!
  })
}

export const mine: Miner<Parameters> = findNeighbours
