import {openRandom, type Random} from '../../random.ts'
import {type SamplerParameters, usesDescriptors} from '../parameters.ts'
import {planClassBatches} from './class-batches.ts'
import type {NeighbourRows, Sampler, TrainingImages} from './sampler.ts'

/**
 * Class batches of which a share is made of near misses: groups of a class and the classes that it is most confused with now.
 * A pass puts every class into one group, so all classes are still seen about equally often; the rest of a batch is random.
 * Before `from_epoch` the plan is that of `classes`, to the byte.
 */
export const sample: Sampler<SamplerParameters<'near-classes'>> = (parameters, context) => {
  if (!usesDescriptors(parameters, context.epoch)) return planClassBatches(parameters, context)
  const {near_share, near_classes, classes_per_batch} = parameters
  const nearest = nearestClasses(context.images, context.neighbours!)
  const random = openRandom(...context.seed, 'groups')
  const groupsPerBatch = Math.floor((near_share * classes_per_batch) / near_classes)
  let waiting: number[][] = []
  return planClassBatches(parameters, context, () => {
    if (waiting.length < groupsPerBatch) waiting = [...waiting, ...groupClasses(nearest, near_classes, random)]
    return waiting.splice(0, groupsPerBatch).flat()
  })
}

/** Other classes of every class, most confused first: by votes of its images, where the nearest neighbour's counts most. */
function nearestClasses({id, label}: TrainingImages, {anchor, rank, neighbour}: NeighbourRows): Map<number, number[]> {
  const labelOf = new Map(Array.from(id, (image, row) => [image, label[row]!]))
  const longest = 1 + rank.reduce((a, b) => Math.max(a, b), 0)
  const votes = new Map(Array.from(new Set(label), (own) => [own, new Map<number, number>()]))
  for (let row = 0; row < anchor.length; row++) {
    const ballot = votes.get(labelOf.get(anchor[row]!)!)!
    const other = labelOf.get(neighbour[row]!)!
    ballot.set(other, (ballot.get(other) ?? 0) + longest - rank[row]!)
  }
  const ranked = ([own, ballot]: [number, Map<number, number>]): [number, number[]] => [
    own,
    [...ballot].sort(([a, x], [b, y]) => y - x || a - b).map(([other]) => other),
  ]
  return new Map([...votes].sort(([a], [b]) => a - b).map(ranked))
}

/** One pass: every class in exactly one group, begun in random order, filled up at random where all near ones are taken. */
function groupClasses(nearest: ReadonlyMap<number, number[]>, size: number, random: Random): number[][] {
  const order = random.shuffled([...nearest.keys()])
  const free = new Set(order)
  return order.flatMap((first) => {
    if (!free.has(first)) return []
    const group = [first, ...nearest.get(first)!, ...order].filter((own) => free.has(own))
    const members = [...new Set(group)].slice(0, size)
    for (const own of members) free.delete(own)
    return [members]
  })
}
