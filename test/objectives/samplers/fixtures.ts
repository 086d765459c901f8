import {type MiningSpec, miningParameters} from '../../../lib/objectives/parameters/mining.ts'
import {loadSampler} from '../../../lib/objectives/samplers/load.ts'
import type {NeighbourRows, Slot, TrainingImages} from '../../../lib/objectives/samplers/sampler.ts'

/**
 * Classes of the given sizes, classes interleaved, ids 10, 13, 16, …, labels 100, 101, …; class names `even/100`, `odd/101`.
 */
export function imagesOf(...sizes: number[]): TrainingImages & {readonly className: readonly string[]} {
  const label: number[] = []
  for (let round = 0; round < Math.max(...sizes); round++) {
    for (const [own, size] of sizes.entries()) if (round < size) label.push(100 + own)
  }
  return {
    id: Int32Array.from(label, (_, row) => 10 + 3 * row),
    label: Int32Array.from(label),
    className: label.map((own) => `${own % 2 === 0 ? 'even' : 'odd'}/${own}`),
  }
}

/** For every image the `count` next images of other classes in a circle of all. */
export function ringNeighbours({id, label}: TrainingImages, count: number): NeighbourRows {
  const rows = Array.from(id.keys()).flatMap((row) => {
    const circle = Array.from(id.keys(), (step) => (row + step) % id.length)
    const others = circle.filter((other) => label[other] !== label[row]).slice(0, count)
    return others.map((other, rank) => ({anchor: id[row]!, rank, neighbour: id[other]!}))
  })
  return {
    anchor: Int32Array.from(rows, ({anchor}) => anchor),
    rank: Int32Array.from(rows, ({rank}) => rank),
    neighbour: Int32Array.from(rows, ({neighbour}) => neighbour),
    distance: new Float32Array(rows.length),
  }
}

/** An epoch as a sampler plans it. */
export async function sampleEpoch(
  mining: unknown,
  images: TrainingImages,
  options: {seed?: number; neighbours?: NeighbourRows} = {},
): Promise<Slot[][]> {
  const spec: MiningSpec = miningParameters.parse(mining)
  const {sample} = await loadSampler(spec)
  const neighbours = options.neighbours ?? ringNeighbours(images, 4)
  return sample(spec, {images, neighbours, epoch: 1, seed: [options.seed ?? 0, 'test']})
}

/** The first batches of epochs of many seeds. */
export async function firstBatches(
  count: number,
  mining: unknown,
  images: TrainingImages,
  neighbours?: NeighbourRows,
): Promise<Slot[][]> {
  const spec: MiningSpec = miningParameters.parse(mining)
  const {sample} = await loadSampler(spec)
  const given = neighbours ?? ringNeighbours(images, 4)
  return Array.from(
    {length: count},
    (_, seed) => sample(spec, {images, neighbours: given, epoch: 1, seed: [seed, 'test']})[0]!,
  )
}

/** The groups of a batch in order. */
export function groupsOf(batch: readonly Slot[]): Slot[][] {
  const groups = new Map<number, Slot[]>()
  for (const slot of batch) groups.set(slot.group, [...(groups.get(slot.group) ?? []), slot])
  return [...groups.values()]
}

export function labelOf({id, label}: TrainingImages): (image: number) => number {
  const labels = new Map(Array.from(id, (image, row) => [image, label[row]!]))
  return (image) => labels.get(image)!
}

export function imagesOfClass({id, label}: TrainingImages, own: number): number[] {
  return [...id].filter((_, row) => label[row] === own)
}
