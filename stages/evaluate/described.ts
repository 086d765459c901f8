import {bounded} from '../../lib/data/wording.ts'
import {openArrowFile} from '../../lib/tables/arrow-file.ts'
import {readDescriptors} from '../../lib/tables/descriptors.ts'
import type {LooseColumn, LooseTable} from '../../lib/tables/loose/table.ts'
import {findFormat, readLoose} from '../../lib/tables/loose.ts'
import {UserError} from '../../lib/user-error.ts'

/** Classes by row, as numbers or names. */
export type Labels = readonly (number | string)[]

/** Descriptors from a file, ready to be compared; ids and classes where the file has them. */
export interface Described {
  readonly path: string
  readonly dim: number
  readonly vectors: Float32Array
  readonly id?: Int32Array
  readonly label?: Labels
}

/**
 * Reads a table of descriptors of ours as it is, and one of another program (.npy, Parquet, Arrow) divided by the lengths of its
 * vectors. Throws UserError, naming rows, for numbers that are not finite, vectors of length 0 and ids that repeat.
 */
export async function readDescribed(path: string): Promise<Described> {
  if (await isOurs(path)) {
    const {id, dim, vectors} = await readDescriptors(path)
    checkIds(path, id)
    checkLengths(path, vectorLengths(vectors, dim))
    return {path, dim, vectors, id}
  }
  const table = await readLoose(path)
  const {values, dim} = findVectors(table)
  const lengths = vectorLengths(values, dim)
  checkLengths(path, lengths)
  // In place: a second copy of a million rows would be half a gigabyte.
  for (const [row, length] of lengths.entries())
    for (let at = row * dim; at < (row + 1) * dim; at++) values[at] = values[at]! / length
  return {path, dim, vectors: values, ...idAndLabel(table)}
}

/** The columns `id` and `label` of a table, where it has them; an .npy file of numbers is one of labels. */
export function idAndLabel({path, columns}: LooseTable): {id?: Int32Array; label?: Labels} {
  const [id, label] = [columns.get('id'), columns.get('label') ?? columns.get('')]
  return {
    ...(id?.kind === 'numbers' ? {id: asIds(path, id.values)} : {}),
    ...(label?.kind === 'numbers' ? {label: asLabels(path, label.values)} : {}),
    ...(label?.kind === 'text' ? {label: label.values} : {}),
  }
}

/** `id (numbers), embedding (vectors)`: what a message says a file has. */
export function listColumns({columns}: LooseTable): string {
  const names = Array.from(columns, ([name, {kind}]) => `${name === '' ? 'one without a name' : name} (${kind})`)
  return names.join(', ') || 'none that can be read'
}

/** Whether a file is a table of this project. */
export async function isOurs(path: string): Promise<boolean> {
  if ((await findFormat(path)) !== 'arrow') return false
  const file = await openArrowFile(path)
  await file.close()
  return file.schema.metadata.has('nearmiss.table')
}

function findVectors(table: LooseTable): Extract<LooseColumn, {kind: 'vectors'}> {
  const columns = [...table.columns].flatMap(([name, column]) => (column.kind === 'vectors' ? [{name, column}] : []))
  const named = columns.find(({name}) => ['vector', 'embedding', 'descriptor'].includes(name))
  const chosen = named ?? (columns.length === 1 ? columns[0] : undefined)
  if (chosen !== undefined) return chosen.column
  if (table.rowCount === 0) throw new UserError(`${table.path} has no rows. Give a file with descriptors.`)
  const reason = columns.length === 0 ? 'no column of vectors' : 'several columns of vectors, none called "vector"'
  throw new UserError(`${table.path} has ${reason}; it has ${listColumns(table)}.`)
}

function vectorLengths(vectors: Float32Array, dim: number): Float64Array {
  return Float64Array.from({length: vectors.length / dim}, (_, row) => {
    let sum = 0
    for (let at = row * dim; at < (row + 1) * dim; at++) sum += vectors[at]! ** 2
    return Math.sqrt(sum)
  })
}

function checkLengths(path: string, lengths: Float64Array): void {
  const rows = Array.from(lengths.keys())
  const broken = rows.filter((row) => !Number.isFinite(lengths[row]!))
  const zero = rows.filter((row) => lengths[row] === 0)
  const problems = [
    ...(broken.length > 0 ? [`numbers that are not finite in rows ${bounded(broken.map(String))}`] : []),
    ...(zero.length > 0 ? [`nothing but zeros, which have no direction, in rows ${bounded(zero.map(String))}`] : []),
  ]
  if (problems.length === 0) return
  throw new UserError(`${path} has ${problems.join('; ')} (counted from 0). Leave these rows out, or make them again.`)
}

/** A class that is not a number would be a class of its own, and fractions are rather scores. */
function asLabels(path: string, values: Float64Array): number[] {
  const wrong = Array.from(values.keys()).filter((row) => !Number.isInteger(values[row]!))
  if (wrong.length === 0) return [...values]
  const rows = bounded(wrong.map((row) => `row ${row}: ${values[row]}`))
  throw new UserError(
    `${path} has classes that are no whole numbers: ${rows} (counted from 0). Give whole numbers, or names.`,
  )
}

function asIds(path: string, values: Float64Array): Int32Array {
  const wrong = Array.from(values.keys()).filter((row) => {
    const value = values[row]!
    return !(Number.isInteger(value) && value >= 0 && value < 2 ** 31)
  })
  if (wrong.length > 0) {
    const rows = bounded(wrong.map((row) => `row ${row}: ${values[row]}`))
    throw new UserError(`${path} has ids that are no whole numbers from 0 to 2147483647: ${rows}.`)
  }
  const ids = Int32Array.from(values)
  checkIds(path, ids)
  return ids
}

function checkIds(path: string, ids: Int32Array): void {
  const rowOf = new Map<number, number>()
  const repeated: string[] = []
  for (const [row, id] of ids.entries()) {
    const before = rowOf.get(id)
    if (before !== undefined) repeated.push(`id ${id} in rows ${before} and ${row}`)
    rowOf.set(id, row)
  }
  if (repeated.length === 0) return
  throw new UserError(`${path} has ids more than once: ${bounded(repeated)}. Every image needs an id of its own.`)
}
