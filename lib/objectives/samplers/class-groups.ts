import {openRandom} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import {drawByDistance} from '../neighbours/draw-by-distance.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf, requireClasses} from './classes-of.ts'
import {drawDistinct} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import {neighboursByImage} from './neighbours-by-image.ts'
import type {Miner, Sampler, SamplingContext, Slot} from './sampler.ts'

type Parameters = SamplerParameters<'class-groups'>

/**
 * The symmetric training of resolution-asymmetric metric learning (Suma and Tolias 2023): groups of `images_per_class` images
 * of a class, in which every image is anchor to the others and has `negatives` of its own, drawn by distance from a pool.
 * Without negatives: batches of these groups, for losses that choose their tuples themselves.
 */
export const sample: Sampler<Parameters> = (parameters, context) => {
  const batches = arrangeGroups(parameters, context)
  if (parameters.negatives === 0) return batches.map(membersOf)
  const mined = neighboursByImage(context.neighbours!)
  return batches.map((groups) => tuplesOf(groups, mined))
}

export const mine: Miner<Parameters> = (parameters, context) => {
  const anchors = Int32Array.from(new Set(arrangeGroups(parameters, context).flat(2))).sort()
  return drawByDistance(parameters, anchors, context)
}

/** A tuple an image. An image of a group is anchor once and positive of all others, always in the same view. */
function tuplesOf(groups: readonly (readonly number[])[], mined: ReadonlyMap<number, Int32Array>): Slot[] {
  let view = 0
  const anchors = groups.flatMap((images) => images.map((image) => ({image, view: view++, images})))
  return anchors.flatMap((own, group): Slot[] => [
    {group, role: 'anchor', image: own.image, view: own.view},
    ...anchors
      .filter(({images, image}) => images === own.images && image !== own.image)
      .map((other): Slot => ({group, role: 'positive', image: other.image, view: other.view})),
    ...Array.from(mined.get(own.image)!, (image): Slot => ({group, role: 'negative', image})),
  ])
}

/**
 * Batches of groups. In a pass every class gives the same number of images, as many whole groups as the smallest one has;
 * classes come in random order, again and again in the same one until their images are used up, so that a batch has different ones.
 */
function arrangeGroups(parameters: Parameters, {images, seed}: SamplingContext): number[][][] {
  const {classes_per_batch, images_per_class: size} = parameters
  const classes = [...classesOf(images, 1).values()].filter((own) => own.length >= size)
  if (classes.length === 0) {
    throw new UserError(
      `No training class has the ${size} images that mining.images_per_class asks for. Lower it, or add images.`,
    )
  }
  requireClasses(classes_per_batch, classes.length, `with classes of ${size} images or more: mining.classes_per_batch`)
  const rounds = Math.floor(
    classes.reduce((least, own) => Math.min(least, own.length), Number.POSITIVE_INFINITY) / size,
  )
  const perPass = classes.length * rounds * size
  const count = countBatches(parameters, perPass, classes_per_batch * size)
  const random = openRandom(...seed, 'groups')
  const batches: number[][][] = []
  while (batches.length < count) {
    const pass = random.shuffled(classes).map((own) => drawDistinct(own, rounds * size, random))
    const groups = Array.from({length: rounds}, (_, round) =>
      pass.map((own) => own.slice(round * size, (round + 1) * size)),
    ).flat()
    for (let at = 0; at + classes_per_batch <= groups.length && batches.length < count; at += classes_per_batch) {
      batches.push(groups.slice(at, at + classes_per_batch))
    }
  }
  return batches
}
