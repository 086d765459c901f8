import {type DescriptorsTable, readDescriptors, writeDescriptors} from '../../tables/descriptors.ts'
import {UserError} from '../../user-error.ts'

/**
 * Writes one table of descriptors from several of the same images: unit vectors one behind the other, divided by the length of the whole,
 * which is the root of how many there are (the Reality Check's ConcatenateEmbeddings). Returns the numbers in a vector.
 */
export async function concatenate(paths: readonly string[], target: string): Promise<number> {
  const tables: DescriptorsTable[] = []
  for (const path of paths) tables.push(await readDescriptors(path))
  const {id} = tables[0]!
  const other = tables.findIndex(
    (table) => table.id.length !== id.length || table.id.some((one, row) => one !== id[row]),
  )
  if (other !== -1)
    throw new UserError(`${paths[0]} and ${paths[other]} describe other images. Extract both from the same data.`)
  const dim = tables.reduce((sum, table) => sum + table.dim, 0)
  const vectors = new Float32Array(id.length * dim)
  const scale = 1 / Math.sqrt(tables.length)
  let from = 0
  for (const table of tables) {
    for (let row = 0; row < id.length; row++)
      for (let i = 0; i < table.dim; i++) vectors[row * dim + from + i] = scale * table.vectors[row * table.dim + i]!
    from += table.dim
  }
  await writeDescriptors(target, {id, dim, vectors})
  return dim
}
