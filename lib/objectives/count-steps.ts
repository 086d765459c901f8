import {UserError} from '../user-error.ts'
import {epochSeed} from './epoch-seed.ts'
import type {MiningSpec} from './parameters/mining.ts'
import {loadSampler} from './samplers/load.ts'
import type {NeighbourRows, TrainingImages} from './samplers/sampler.ts'
import {usesDescriptors} from './uses-descriptors.ts'

/**
 * Steps of an epoch, found by planning one before there are descriptors: images of other classes that will be mined are stood in for by
 * any. Throws the UserError that a real plan would throw for classes or images that are too few.
 */
export async function countSteps(mining: MiningSpec, images: TrainingImages): Promise<number> {
  const {sample} = await loadSampler(mining)
  const mined = usesDescriptors(mining, 1) ? {neighbours: standIns(images)} : {}
  const steps = sample(mining, {images, epoch: 1, seed: epochSeed(0, 1), ...mined})
  checkNegatives(mining, images)
  return steps.length
}

/** A pool may still have fewer: that is seen when it is drawn. */
function checkNegatives(mining: MiningSpec, {label}: TrainingImages): void {
  if (!('negatives' in mining)) return
  const {negatives} = mining
  const sizes = new Map<number, number>()
  for (const own of label) sizes.set(own, (sizes.get(own) ?? 0) + 1)
  const [most, what] =
    mining.sampler === 'cluster-negatives'
      ? [sizes.size - 1, 'other classes, of which each gives one']
      : [label.length - Math.max(0, ...sizes.values()), 'images of other classes']
  if (negatives <= most) return
  throw new UserError(`mining.negatives is ${negatives}, but some training images have only ${most} ${what}. Lower it.`)
}

/** For every image one of another class. */
function standIns({id, label}: TrainingImages): NeighbourRows {
  const other = label.findIndex((one) => one !== label[0])
  return {
    anchor: id,
    rank: new Int32Array(id.length),
    neighbour: id.map((_, row) => (label[row] === label[0] ? id[other]! : id[0]!)),
    distance: new Float32Array(id.length),
  }
}
