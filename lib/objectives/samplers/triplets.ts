import {openRandom, type Random} from '../../random.ts'
import {drawAnchors} from './anchors.ts'
import {classesOf} from './classes-of.ts'
import type {EpochLength} from './epoch-length.ts'
import type {SamplingContext, Slot} from './sampler.ts'

/**
 * Triplets whose anchors are the training images in random order; the positive is a random other image of the class.
 * Batches of `triplets_per_batch`, the last one smaller. Anchors and positives depend on the seed and epoch alone, so that
 * samplers differ in their negatives only.
 */
export function planTriplets(
  context: SamplingContext,
  parameters: EpochLength & {readonly triplets_per_batch: number},
  negativeOf: (anchor: number, random: Random) => number,
): Slot[][] {
  const classes = classesOf(context.images)
  const {id, label} = context.images
  const random = openRandom(...context.seed, 'triplets')
  const negatives = openRandom(...context.seed, 'negatives')
  const perBatch = parameters.triplets_per_batch
  const steps: Slot[][] = []
  for (const [count, row] of drawAnchors(parameters, perBatch, id.length, random).entries()) {
    const anchor = id[row]!
    const classmates = classes.get(label[row]!)!
    const other = random.below(classmates.length - 1)
    const positive = classmates[other]! === anchor ? classmates.at(-1)! : classmates[other]!
    const group = count % perBatch
    if (group === 0) steps.push([])
    steps
      .at(-1)!
      .push(
        {group, role: 'anchor', image: anchor},
        {group, role: 'positive', image: positive},
        {group, role: 'negative', image: negativeOf(row, negatives)},
      )
  }
  return steps
}
