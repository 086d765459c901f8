import {checkIds, readImages} from './images.ts'
import {collectProblems, type Note} from './problems.ts'
import {openTable, readTable} from './read.ts'
import {writeTable} from './write.ts'

export const descriptorsDefinition = {
  name: 'descriptors',
  meaning: 'One unit vector per image; by ascending id.',
  columns: {
    id: {type: 'int32', meaning: 'the image'},
    vector: {type: 'vector', meaning: 'its descriptor, divided by its Euclidean norm'},
  },
  metadata: {normalised: 'true: vectors have length 1'},
} as const

/** Descriptors in memory. */
export interface DescriptorsTable {
  /** Ascending. */
  id: Int32Array
  dim: number
  /** Row-major, [id.length * dim]. */
  vectors: Float32Array
}

// Float32 sums over 512 squares stay within 1e-6; vectors computed in bfloat16 and normalised after do too.
const normTolerance = 1e-3

/** Reads descriptors.arrow into one array. Throws UserError for a file that is missing, damaged or no table of descriptors. */
export async function readDescriptors(path: string): Promise<DescriptorsTable> {
  const {columns, dim} = await readTable(path, descriptorsDefinition)
  return {id: columns.id, dim, vectors: columns.vector}
}

/** How pictures became descriptors: `{transforms: [{resize: 64}, {center_crop: 64}]}`. */
export type Extraction = Readonly<Record<string, unknown>>

/** Writes descriptors.arrow straight from the array; equal tables give equal bytes. `extraction` goes into the metadata. */
export async function writeDescriptors(
  path: string,
  {id, dim, vectors}: DescriptorsTable,
  extraction?: Extraction,
): Promise<void> {
  const metadata = {normalised: 'true', ...(extraction && {extraction: JSON.stringify(extraction)})}
  await writeTable(path, descriptorsDefinition, {columns: {id, vector: vectors}, metadata, dim})
}

/** Numbers in a vector of descriptors.arrow, and how they were extracted where the file says so; reads no rows. */
export async function readDescriptorsHeader(path: string): Promise<{dim: number; extraction?: Extraction}> {
  const table = await openTable(path, descriptorsDefinition)
  await table.close()
  const text = table.metadata.get('extraction')
  return {dim: table.dim, ...(text !== undefined && {extraction: JSON.parse(text) as Extraction})}
}

/**
 * What breaks the contract of descriptors.arrow, one sentence each: ids are exactly those of the split, in order, and vectors
 * are finite and of unit length. Holds one record batch at a time.
 */
export function checkDescriptors(path: string, imagesPath: string, split: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const images = await readImages(imagesPath)
    const ids = await checkRows(path, note)
    checkMembers(ids, new Set(images.id.filter((_, index) => images.split[index] === split)), split, note)
  })
}

/** The same for vectors of images that are in no table: ids ascend, vectors are finite and of unit length. */
export function checkUnitVectors(path: string): Promise<string[]> {
  return collectProblems(async (note) => void (await checkRows(path, note)))
}

async function checkRows(path: string, note: Note): Promise<Int32Array> {
  const table = await openTable(path, descriptorsDefinition)
  const ids = new Int32Array(table.rowCount)
  let row = 0
  for await (const {columns, rowCount} of table.batches()) {
    ids.set(columns.id, row)
    checkVectors(columns.id, columns.vector, table.dim, note)
    row += rowCount
  }
  checkIds(ids, note)
  return ids
}

function checkVectors(ids: Int32Array, vectors: Float32Array, dim: number, note: Note): void {
  for (const [row, id] of ids.entries()) {
    let square = 0
    for (let at = row * dim; at < (row + 1) * dim; at++) square += vectors[at]! * vectors[at]!
    if (!Number.isFinite(square)) note('finite', () => `The vector of image ${id} holds numbers that are not finite.`)
    else if (Math.abs(Math.sqrt(square) - 1) > normTolerance) {
      note(
        'norms',
        () => `The vector of image ${id} has length ${Math.sqrt(square)}; it must be 1 within ${normTolerance}.`,
      )
    }
  }
}

function checkMembers(ids: Int32Array, expected: ReadonlySet<number>, split: string, note: Note): void {
  const got = new Set(ids)
  for (const id of expected) if (!got.has(id)) note('missing', () => `Image ${id} of split ${split} has no descriptor.`)
  for (const id of got)
    if (!expected.has(id)) note('foreign', () => `Image ${id} has a descriptor but is not in split ${split}.`)
}
