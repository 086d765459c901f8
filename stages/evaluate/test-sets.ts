import {bounded} from '../../lib/data/wording.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {type DescriptorsTable, readDescriptors} from '../../lib/tables/descriptors.ts'
import {readImages, rowsOfSplit} from '../../lib/tables/images.ts'
import {UserError} from '../../lib/user-error.ts'

/** Queries and what they are looked for among; the same object where a set is searched in itself. */
export interface TestSet {
  readonly queries: DescriptorSet
  readonly references: DescriptorSet
}

/** What is to be measured, and what is known of where it comes from. */
export interface Material {
  readonly set: TestSet
  /** Goes into metrics.json as it is. */
  readonly origin: Readonly<Record<string, unknown>>
}

export interface Inputs {
  readonly images?: string
  readonly descriptors?: string
  readonly gallery?: string
}

/** Puts descriptors and classes together. Throws UserError, naming the images, where they do not fit each other. */
export async function openTestSet(inputs: Inputs, split: string): Promise<Material> {
  const images = await readImages(inputs.images!)
  const rows = rowsOfSplit(images, split)
  const labels = new Map(rows.map((row) => [images.id[row]!, images.label[row]!]))
  if (labels.size === 0)
    throw new UserError(
      `Split ${split} of ${inputs.images} has no image. Nothing can be measured; choose another split.`,
    )
  const queries = withLabels(await readDescriptors(inputs.descriptors!), labels, inputs.descriptors!, split)
  const references =
    inputs.gallery === undefined
      ? queries
      : withLabels(await readDescriptors(inputs.gallery), labels, inputs.gallery, split)
  checkDimensions(queries, references, inputs)
  const origin = {split, format: images.format, protocol: JSON.parse(images.protocol) as unknown}
  return {set: {queries, references}, origin}
}

function withLabels(
  {id, dim, vectors}: DescriptorsTable,
  labels: ReadonlyMap<number, number>,
  path: string,
  split: string,
): DescriptorSet {
  const strangers = Array.from(
    id.filter((one) => !labels.has(one)),
    String,
  )
  if (strangers.length > 0)
    throw new UserError(
      `${path} has descriptors of images that are not in split ${split}: ${bounded(strangers)}. Give descriptors of that split.`,
    )
  return {id, dim, vectors, label: id.map((one) => labels.get(one)!)}
}

function checkDimensions(queries: DescriptorSet, references: DescriptorSet, {descriptors, gallery}: Inputs): void {
  if (queries.dim === references.dim) return
  throw new UserError(
    `Descriptors of queries have ${queries.dim} numbers (${descriptors}), those of the gallery ${references.dim} (${gallery}). ` +
      'They must come from models that describe in one space.',
  )
}
