import type {MiningSpec} from './parameters/mining.ts'

/** Whether the plan of an epoch is made from current descriptors; if not, none need be extracted. */
export function usesDescriptors(mining: MiningSpec, epoch: number): boolean {
  switch (mining.sampler) {
    case 'hard-triplets':
    case 'distance-weighted':
    case 'cluster-negatives':
      return true
    case 'class-groups':
      return mining.negatives > 0
    case 'near-classes':
      return epoch >= mining.from_epoch
    default:
      return false
  }
}
