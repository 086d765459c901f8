import {type MiningSpec, miningParameters} from '../../../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../../../lib/objectives/parameters/schedule.ts'
import {type Plan, planEpoch} from '../../../lib/objectives/plan.ts'
import type {NeighbourRows, TrainingImages} from '../../../lib/objectives/samplers/sampler.ts'

/** `classes` classes of `perClass` images; ids have gaps, classes are interleaved. */
export function trainingImages(classes: number, perClass: number): TrainingImages {
  const id = Int32Array.from({length: classes * perClass}, (_, row) => 10 + 3 * row)
  const label = id.map((_, row) => 100 + (row % classes))
  return {id, label, className: Array.from(label, (own) => `${own % 2}/${own}`)}
}

/** Neighbours by class: those of the class `distance` above, then of the next. */
export function ringNeighbours({id, label}: TrainingImages, count: number): NeighbourRows {
  const classes = new Set(label).size
  const rows = Array.from(id, (anchor, row) => {
    const near = [1, 2].flatMap((step) =>
      [...id].filter((_, other) => label[other]! - 100 === (label[row]! - 100 + step) % classes),
    )
    return near.slice(0, count).map((neighbour, rank) => ({anchor, rank, neighbour}))
  }).flat()
  return {
    anchor: Int32Array.from(rows, ({anchor}) => anchor),
    rank: Int32Array.from(rows, ({rank}) => rank),
    neighbour: Int32Array.from(rows, ({neighbour}) => neighbour),
    distance: new Float32Array(rows.length),
  }
}

/** Plans an epoch of these images as a mining asks. */
export function plan(
  mining: unknown,
  images: TrainingImages,
  options: {seed?: number; epoch?: number; schedule?: unknown; pool?: number} = {},
): Promise<Plan> {
  return planEpoch({
    mining: miningParameters.parse(mining),
    schedule: scheduleParameters.parse(options.schedule ?? {name: 'constant'}),
    learningRate: 1e-3,
    images,
    neighbours: ringNeighbours(images, options.pool ?? 8),
    seed: options.seed ?? 0,
    epoch: options.epoch ?? 1,
  })
}

/** The plan's rows as text of one step and group each: `anchor 10`. */
export function groupsOf(table: Plan): {step: number; roles: string[]; images: number[]}[] {
  const groups = new Map<string, {step: number; roles: string[]; images: number[]}>()
  table.step.forEach((step, row) => {
    const key = `${step}/${table.group[row]}`
    const group = groups.get(key) ?? {step, roles: [], images: []}
    group.roles.push(table.role[row]!)
    group.images.push(table.image[row]!)
    groups.set(key, group)
  })
  return [...groups.values()]
}

/** Class of each image. */
export const labelsOf = ({id, label}: TrainingImages) => new Map(Array.from(id, (image, row) => [image, label[row]!]))

/** How often each item comes. */
export const countBy = <T>(items: Iterable<T>) => {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

/** One mining of every sampler, hard and random triplets first. */
export const everySampler: MiningSpec[] = [
  {sampler: 'hard-triplets', triplets_per_batch: 7},
  {sampler: 'random-triplets', triplets_per_batch: 7},
  {sampler: 'classes', classes_per_batch: 4, images_per_class: 2},
  {sampler: 'near-classes', classes_per_batch: 4, images_per_class: 2, near_classes: 2},
  {sampler: 'distance-weighted', tuples_per_batch: 7},
  {sampler: 'cluster-negatives', tuples_per_batch: 7},
  {sampler: 'm-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'samples-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'class-random', batch_size: 8, images_per_class: 2},
  {sampler: 'balanced', classes_per_batch: 3, images_per_class: 2},
  {sampler: 'hierarchical', batch_size: 8, images_per_class: 2},
  {sampler: 'class-groups', images_per_class: 3},
  {sampler: 'one-per-class', batch_size: 4},
  {sampler: 'shuffle', batch_size: 8},
  {sampler: 'views', images_per_batch: 5, views: 2},
].map((mining) => miningParameters.parse(mining))
