import {openRandom, type Random} from '../../random.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf, requireClasses} from './classes-of.ts'
import {drawDistinct, drawRepeatedly} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler} from './sampler.ts'

/**
 * Pass after pass over the classes, each class once with `images_per_class` images; the last batch of a pass has the classes
 * that are left, unless that is a single one (open-metric-learning, BalanceSampler; Hermans, Beyer and Leibe 2017).
 */
export const sample: Sampler<SamplerParameters<'balanced'>> = (parameters, {images, seed}) => {
  const {classes_per_batch, images_per_class} = parameters
  const classes = classesOf(images)
  requireClasses(classes_per_batch, classes.size, 'mining.classes_per_batch')
  const random = openRandom(...seed, 'images')
  const batches = cutPasses([...classes.keys()], classes_per_batch, openRandom(...seed, 'classes'))
  const count = countBatches(parameters, images.id.length, classes_per_batch * images_per_class)
  return Array.from({length: count}, () =>
    membersOf(batches.next().value.map((label) => drawImages(classes.get(label)!, images_per_class, random))),
  )
}

function* cutPasses(labels: readonly number[], size: number, random: Random): Generator<number[], never> {
  for (;;) {
    const pass = random.shuffled(labels)
    for (let at = 0; at + 1 < pass.length; at += size) yield pass.slice(at, at + size)
  }
}

/** A class with too few images gives them all, and some of them again. */
function drawImages(images: readonly number[], count: number, random: Random): number[] {
  const distinct = drawDistinct(images, Math.min(count, images.length), random)
  return [...distinct, ...drawRepeatedly(images, count - distinct.length, random)]
}
