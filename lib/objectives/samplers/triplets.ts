import {openRandom, type Random} from '../../random.ts'
import {classesOf} from './classes-of.ts'
import type {SamplingContext, Slot} from './sampler.ts'

/**
 * Triplets with every training image as anchor once, in random order; the positive is a random other image of its class.
 * Batches of `perBatch` triplets, the last one smaller. Anchors and positives depend on the seed and epoch alone, so that
 * samplers differ in their negatives only.
 */
export function planTriplets(
  context: SamplingContext,
  perBatch: number,
  negativeOf: (anchor: number, random: Random) => number,
): Slot[][] {
  const classes = classesOf(context.images)
  const {id, label} = context.images
  const random = openRandom(...context.seed, 'triplets')
  const negatives = openRandom(...context.seed, 'negatives')
  const steps: Slot[][] = []
  for (const [count, row] of random.shuffled(Array.from(id.keys())).entries()) {
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
