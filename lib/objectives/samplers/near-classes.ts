import {openRandom, type Random} from '../../random.ts'
import {findNeighbours} from '../neighbours/find.ts'
import type {SamplerParameters} from '../parameters/mining.ts'
import {usesDescriptors} from '../uses-descriptors.ts'
import {planClassBatches} from './class-batches.ts'
import type {Miner, NeighbourRows, Sampler, TrainingImages} from './sampler.ts'

/**
 * Class batches of which a share is made of near misses: groups of classes that are confused with each other now.
 * A pass puts every class into one group, so all classes are still seen about equally often; the rest of a batch is random.
 * Before `from_epoch` the plan is that of `classes`, to the byte.
 */
export const sample: Sampler<SamplerParameters<'near-classes'>> = (parameters, context) => {
  if (!usesDescriptors(parameters, context.epoch)) return planClassBatches(parameters, context)
  const {near_share, near_classes, classes_per_batch} = parameters
  const confusion = countConfusion(context.images, context.neighbours!)
  const random = openRandom(...context.seed, 'groups')
  const perBatch = Math.min(classes_per_batch, confusion.size)
  const groupsPerBatch = Math.floor((near_share * perBatch) / near_classes)
  let waiting: number[][] = []
  return planClassBatches(parameters, context, () => {
    if (waiting.length < groupsPerBatch) waiting = [...waiting, ...groupClasses(confusion, near_classes, random)]
    return waiting.splice(0, groupsPerBatch).flat()
  })
}

export const mine: Miner<SamplerParameters<'near-classes'>> = findNeighbours

/** How often classes are confused, by [class][other class]: votes of their images, where a nearest neighbour counts most. */
type Confusion = ReadonlyMap<number, ReadonlyMap<number, number>>

function countConfusion({id, label}: TrainingImages, {anchor, rank, neighbour}: NeighbourRows): Confusion {
  const labelOf = new Map(Array.from(id, (image, row) => [image, label[row]!]))
  const longest = 1 + rank.reduce((a, b) => Math.max(a, b), 0)
  const confusion = new Map(
    Array.from(Int32Array.from(new Set(label)).sort(), (own) => [own, new Map<number, number>()]),
  )
  const vote = (one: number, other: number, weight: number) => {
    const votes = confusion.get(one)!
    votes.set(other, (votes.get(other) ?? 0) + weight)
  }
  for (let row = 0; row < anchor.length; row++) {
    const [own, other] = [labelOf.get(anchor[row]!)!, labelOf.get(neighbour[row]!)!]
    vote(own, other, longest - rank[row]!)
    vote(other, own, longest - rank[row]!)
  }
  return confusion
}

/** One pass: every class in exactly one group. Groups begin with random classes and grow by the class most confused with them. */
function groupClasses(confusion: Confusion, size: number, random: Random): number[][] {
  const free = new Set(random.shuffled([...confusion.keys()]))
  const groups: number[][] = []
  for (const first of free) {
    const group = [first]
    free.delete(first)
    while (group.length < size && free.size > 0) {
      const next = mostConfused(group, confusion, free)
      group.push(next)
      free.delete(next)
    }
    groups.push(group)
  }
  return groups
}

/** The free class with the most votes of a group; any when none has votes. */
function mostConfused(group: readonly number[], confusion: Confusion, free: ReadonlySet<number>): number {
  const votes = new Map<number, number>()
  for (const member of group) {
    for (const [other, count] of confusion.get(member)!) {
      if (free.has(other)) votes.set(other, (votes.get(other) ?? 0) + count)
    }
  }
  const [best] = [...votes].sort(([a, x], [b, y]) => y - x || a - b)
  return best?.[0] ?? [...free][0]!
}
