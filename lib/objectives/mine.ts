import type {DescriptorSet} from '../engine/nearest/sets.ts'
import {epochSeed} from './epoch-seed.ts'
import type {MiningSpec} from './parameters/mining.ts'
import {loadSampler} from './samplers/load.ts'
import type {Mined} from './samplers/sampler.ts'

export interface MiningRequest {
  readonly mining: MiningSpec
  /** Of all training images, by ascending id. */
  readonly descriptors: DescriptorSet
  readonly seed: number
  /** From 1. */
  readonly epoch: number
  readonly onProgress?: (done: number, total: number) => void
}

/** Mines images of other classes as the epoch's sampler wants them; undefined where it looks at no descriptors. */
export async function mineEpoch({mining, seed, epoch, ...given}: MiningRequest): Promise<Mined | undefined> {
  const {mine} = await loadSampler(mining)
  return mine?.(mining, {...given, images: given.descriptors, epoch, seed: epochSeed(seed, epoch)})
}
