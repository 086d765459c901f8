import {openRandom, type Random} from '../../random.ts'
import {UserError} from '../../user-error.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {classesOf} from './classes-of.ts'
import {drawDistinct, endlessPasses} from './draw.ts'
import {countBatches} from './epoch-length.ts'
import {membersOf} from './members.ts'
import type {Sampler, TrainingImages} from './sampler.ts'

/**
 * Batches from a few super-classes in equal shares, so that negatives are alike: every combination of super-classes in turn,
 * and of each its classes in random order until the share is full (pytorch-metric-learning 2.8.1, HierarchicalSampler, whose
 * batches_per_super_pair n is here mining.iterations = n * combinations). A class with fewer images than `images_per_class`
 * gives all it has.
 */
export const sample: Sampler<SamplerParameters<'hierarchical'>> = (parameters, {images, seed}) => {
  const {batch_size, images_per_class, super_classes_per_batch} = parameters
  const superClasses = superClassesOf(images, parameters)
  const combinations = endlessPasses(
    combine(superClasses.length, super_classes_per_batch),
    openRandom(...seed, 'combinations'),
  )
  const random = openRandom(...seed, 'images')
  const share = batch_size / super_classes_per_batch
  return Array.from({length: countBatches(parameters, images.id.length, batch_size)}, () =>
    membersOf(
      combinations.next().value.flatMap((one) => fillShare(superClasses[one]!, share, images_per_class, random)),
    ),
  )
}

/** Groups of images of a class, as many as fit into the share. */
function fillShare(classes: readonly number[][], share: number, perClass: number, random: Random): number[][] {
  const groups: number[][] = []
  let count = 0
  for (const images of random.shuffled(classes)) {
    const size = Math.min(images.length, perClass)
    if (count + size > share) continue
    groups.push(drawDistinct(images, size, random))
    count += size
    if (count === share) break
  }
  return groups
}

const mostCombinations = 100_000

/** All sets of `size` numbers below `count`. */
function combine(count: number, size: number): number[][] {
  let combinations: number[][] = [[]]
  for (let i = 0; i < size; i++) {
    combinations = combinations.flatMap((some) =>
      Array.from({length: count - 1 - (some.at(-1) ?? -1)}, (_, next) => [...some, (some.at(-1) ?? -1) + 1 + next]),
    )
    if (combinations.length > mostCombinations) {
      throw new UserError(
        `There are more than ${mostCombinations} combinations of ${size} of ${count} super-classes. Lower mining.super_classes_per_batch.`,
      )
    }
  }
  return combinations
}

/** The classes of every super-class, each as the ids of its images. */
function superClassesOf(
  images: TrainingImages,
  {super_class, super_classes_per_batch}: SamplerParameters<'hierarchical'>,
): number[][][] {
  const pattern = new RegExp(super_class)
  const nameOf = new Map(Array.from(images.label, (label, row) => [label, images.className![row]!]))
  const found = new Map<string, number[][]>()
  const strangers: string[] = []
  for (const [label, ids] of classesOf(images)) {
    const match = pattern.exec(nameOf.get(label)!)
    const name = match?.[1] ?? match?.[0]
    if (name === undefined) strangers.push(nameOf.get(label)!)
    else found.set(name, [...(found.get(name) ?? []), ids])
  }
  const advice =
    'Set mining.super_class to a regular expression that finds the super-class in the name of a class ("^(.+?)/" finds ' +
    '"bicycle" in "bicycle/1107"), or use a sampler without super-classes, such as classes.'
  if (strangers.length > 0) {
    const shown = strangers.slice(0, 5).map((name) => `"${name}"`)
    throw new UserError(
      `mining.super_class ${super_class} finds no super-class in the name of ${strangers.length} of ${nameOf.size} training ` +
        `classes: ${shown.join(', ')}${strangers.length > shown.length ? ', …' : ''}. ${advice}`,
    )
  }
  if (found.size < super_classes_per_batch) {
    throw new UserError(
      `mining.super_classes_per_batch is ${super_classes_per_batch}, but mining.super_class ${super_class} finds ${found.size} ` +
        `super-class(es): ${[...found.keys()].join(', ')}. ${advice}`,
    )
  }
  return [...found.values()]
}
