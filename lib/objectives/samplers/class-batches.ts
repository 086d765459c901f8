import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import {classesOf} from './classes-of.ts'
import type {SamplingContext, Slot} from './sampler.ts'
import {takeTurns} from './turns.ts'

export interface BatchShape {
  readonly classes_per_batch: number
  readonly images_per_class: number
  readonly passes: number
}

/**
 * Batches of `classes_per_batch` classes with `images_per_class` images each. Classes take turns, and images within their
 * class, so that all come about equally often; a class with too few images repeats some (they are augmented differently).
 * `choose` may fill the first places of a batch with classes of its own choice.
 */
export function planClassBatches(
  shape: BatchShape,
  context: SamplingContext,
  choose: () => number[] = () => [],
): Slot[][] {
  const classes = classesOf(context.images)
  const batchCount = countBatches(shape, context.images.id.length, classes.size)
  const classTurns = takeTurns([...classes.keys()], openRandom(...context.seed, 'classes'))
  const imageRandom = openRandom(...context.seed, 'images')
  const imageTurns = new Map([...classes].map(([label, images]) => [label, takeTurns(images, imageRandom)]))

  return Array.from({length: batchCount}, () => {
    const chosen = new Set(choose())
    while (chosen.size < shape.classes_per_batch) chosen.add(classTurns.next(chosen))
    return [...chosen].flatMap((label, group) => {
      const taken = new Set<number>()
      return Array.from({length: shape.images_per_class}, (): Slot => {
        if (taken.size === classes.get(label)!.length) taken.clear()
        const image = imageTurns.get(label)!.next(taken)
        taken.add(image)
        return {group, role: 'member', image}
      })
    })
  })
}

/** As many whole batches as `passes` over the training images fill. */
function countBatches(
  {classes_per_batch, images_per_class, passes}: BatchShape,
  images: number,
  classes: number,
): number {
  if (classes_per_batch > classes) {
    throw new UserError(
      `mining.classes_per_batch is ${classes_per_batch}, but the training images have ${classes} classes. Set it to ${classes} or less.`,
    )
  }
  const batches = Math.floor((passes * images) / (classes_per_batch * images_per_class))
  if (batches === 0) {
    throw new UserError(
      `${passes} pass(es) over ${images} training images do not fill one batch of ${classes_per_batch} classes with ` +
        `${images_per_class} images. Make the batch smaller or raise mining.passes.`,
    )
  }
  return batches
}
