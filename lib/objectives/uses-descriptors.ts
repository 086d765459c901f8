import type {MiningSpec} from './parameters/mining.ts'

/** Whether the plan of an epoch is made from current descriptors; if not, none need be extracted. */
export function usesDescriptors(mining: MiningSpec, epoch: number): boolean {
  return mining.sampler === 'hard-triplets' || (mining.sampler === 'near-classes' && epoch >= mining.from_epoch)
}
