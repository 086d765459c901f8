import type {SeedPath} from '../random.ts'

/** What the names of all streams of random numbers begin with that mining and planning an epoch draw from. */
export function epochSeed(seed: number, epoch: number): SeedPath {
  return [seed, 'mine-negatives', epoch]
}
