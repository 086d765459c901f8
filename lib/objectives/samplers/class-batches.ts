import {openRandom} from '../../random.ts'
import {classesOf} from './classes-of.ts'
import {countBatches, type EpochLength} from './epoch-length.ts'
import type {SamplingContext, Slot} from './sampler.ts'
import {takeTurns} from './turns.ts'

export interface BatchShape extends EpochLength {
  readonly classes_per_batch: number
  readonly images_per_class: number
}

/**
 * Batches of `classes_per_batch` classes, or all where there are fewer, with `images_per_class` images each. Classes take turns, and images within their
 * class, so that all come about equally often; a class with too few images repeats some (they are augmented differently).
 * `choose` may fill the first places of a batch with classes of its own choice.
 */
export function planClassBatches(
  shape: BatchShape,
  context: SamplingContext,
  choose: () => number[] = () => [],
): Slot[][] {
  const {images_per_class} = shape
  const classes = classesOf(context.images, Math.min(images_per_class, 2))
  const perBatch = Math.min(shape.classes_per_batch, classes.size)
  const batchCount = countBatches(shape, context.images.id.length, perBatch * images_per_class)
  const classTurns = takeTurns([...classes.keys()], openRandom(...context.seed, 'classes'))
  const imageRandom = openRandom(...context.seed, 'images')
  const imageTurns = new Map([...classes].map(([label, images]) => [label, takeTurns(images, imageRandom)]))

  return Array.from({length: batchCount}, () => {
    const chosen = new Set(choose())
    while (chosen.size < perBatch) chosen.add(classTurns.next(chosen))
    return [...chosen].flatMap((label, group) => {
      const taken = new Set<number>()
      return Array.from({length: images_per_class}, (): Slot => {
        if (taken.size === classes.get(label)!.length) taken.clear()
        const image = imageTurns.get(label)!.next(taken)
        taken.add(image)
        return {group, role: 'member', image}
      })
    })
  })
}
