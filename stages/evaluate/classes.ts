import {bounded} from '../../lib/data/wording.ts'
import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {readImages, rowsOfSplit} from '../../lib/tables/images.ts'
import {readLoose} from '../../lib/tables/loose.ts'
import {UserError} from '../../lib/user-error.ts'
import {type Described, idAndLabel, type Labels, listColumns} from './described.ts'

/** Which class every image is of, and what is known of where that comes from. */
export interface Classes {
  readonly path: string
  readonly label: Labels
  /** Absent where rows are counted. */
  readonly id?: Int32Array
  readonly origin: Readonly<Record<string, unknown>>
}

/** Classes of the images of one split of ours. */
export async function readSplit(path: string, split: string): Promise<Classes> {
  const images = await readImages(path)
  const rows = rowsOfSplit(images, split)
  if (rows.length === 0) {
    const others = [...new Set(images.split)].join(', ')
    throw new UserError(
      `Split ${split} of ${path} has no image to ask with; it has ${others || 'none at all'}. Choose one of these: --split NAME.`,
    )
  }
  return {
    path: `split ${split} of ${path}`,
    id: Int32Array.from(rows, (row) => images.id[row]!),
    label: rows.map((row) => images.label[row]!),
    origin: {split, format: images.format, protocol: JSON.parse(images.protocol) as unknown},
  }
}

/** Classes from a file of another program; of its column `split`, where it has one, only that split. */
export async function readLabels(path: string, split: string): Promise<Classes> {
  const table = await readLoose(path)
  const {id, label} = idAndLabel(table)
  if (label === undefined)
    throw new UserError(`${path} has no column "label" of numbers or names; it has ${listColumns(table)}.`)
  const column = table.columns.get('split')
  if (column?.kind !== 'text') return {path, label, ...(id && {id}), origin: {split: null, labels: path}}
  const rows = Array.from(label.keys()).filter((row) => column.values[row] === split)
  if (rows.length === 0)
    throw new UserError(
      `Split ${split} of ${path} has no image to ask with; it has ${bounded([...new Set(column.values)])}. Choose one of these: --split NAME.`,
    )
  if (id === undefined) throw new UserError(`${path} has splits but no column "id" to say whose they are. Add one.`)
  return {
    path: `split ${split} of ${path}`,
    label: rows.map((row) => label[row]!),
    id: Int32Array.from(rows, (row) => id[row]!),
    origin: {split, labels: path},
  }
}

/** The classes that a file of descriptors brings along. */
export function ownClasses({path, id, label}: Described): Classes | undefined {
  return label === undefined ? undefined : {path, label, ...(id && {id}), origin: {split: null, labels: path}}
}

/**
 * Puts descriptors and classes together, by id, or row by row where one of them has none; rows by ascending id. Ids that nobody
 * gave are row numbers from `firstId` on. Throws UserError, naming images, where they do not fit each other.
 */
export function joinClasses(described: Described, classes: Classes, numbers: Numbering, firstId = 0): DescriptorSet {
  const rows = described.vectors.length / described.dim
  const {id, label} =
    described.id !== undefined && classes.id !== undefined
      ? joinById(described.path, described.id, {...classes, id: classes.id})
      : joinByRow(described, rows, classes, firstId)
  return inOrder({id, label: numbers.of(label), vectors: described.vectors, dim: described.dim})
}

/** Classes as whole numbers: their own where they are some, else numbered by their names in order. */
export interface Numbering {
  of(labels: Labels): Int32Array
}

/** One numbering for all tables, so that a class of the gallery is the same class of the queries. */
export function openNumbering(tables: readonly Labels[]): Numbering {
  const all = new Set(tables.flatMap((labels) => [...new Set(labels)]))
  const isWhole = (label: number | string) => Number.isInteger(label) && Math.abs(Number(label)) < 2 ** 31
  if ([...all].every(isWhole)) return {of: (labels) => Int32Array.from(labels as number[])}
  const names = [...new Set(Array.from(all, String))].sort()
  const numbers = new Map(names.map((name, number) => [name, number]))
  return {of: (labels) => Int32Array.from(labels, (label) => numbers.get(String(label))!)}
}

function joinById(path: string, id: Int32Array, classes: Classes & {readonly id: Int32Array}) {
  const labelOf = new Map(Array.from(classes.id, (one, row) => [one, classes.label[row]!]))
  const described = new Set(id)
  const strangers = Array.from(id).filter((one) => !labelOf.has(one))
  const missing = Array.from(classes.id).filter((one) => !described.has(one))
  const problems = [
    ...(strangers.length > 0
      ? [`has descriptors of images without a class in ${classes.path}: ${bounded(strangers.map(String))}`]
      : []),
    ...(missing.length > 0 ? [`lacks images that ${classes.path} has: ${bounded(missing.map(String))}`] : []),
  ]
  if (problems.length > 0) throw new UserError(`${path} ${problems.join('; it ')}. Give the two that belong together.`)
  return {id, label: Array.from(id, (one) => labelOf.get(one)!)}
}

function joinByRow({path, id}: Described, rows: number, classes: Classes, firstId: number) {
  if (classes.label.length !== rows)
    throw new UserError(
      `${path} has ${rows} descriptors and ${classes.path} ${classes.label.length} classes, and they are not joined by id: ` +
        'one of them has no column "id". Give as many rows, in the same order.',
    )
  return {id: id ?? classes.id ?? Int32Array.from({length: rows}, (_, row) => firstId + row), label: classes.label}
}

function inOrder(set: DescriptorSet): DescriptorSet {
  const {id} = set
  if (id.every((one, row) => row === 0 || id[row - 1]! < one)) return set
  const rows = Array.from(id.keys()).sort((a, b) => id[a]! - id[b]!)
  return pickRows(set, rows)
}

/** Some rows of a set, in the order given. */
export function pickRows({id, label, vectors, dim}: DescriptorSet, rows: readonly number[]): DescriptorSet {
  const picked = new Float32Array(rows.length * dim)
  for (const [to, row] of rows.entries()) picked.set(vectors.subarray(row * dim, (row + 1) * dim), to * dim)
  return {
    id: Int32Array.from(rows, (row) => id[row]!),
    label: Int32Array.from(rows, (row) => label[row]!),
    vectors: picked,
    dim,
  }
}
