import {asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects} from 'hyparquet'
import {compressors} from 'hyparquet-compressors'
import {UserError} from '../../user-error.ts'
import {openGatherer} from './gather.ts'
import type {LooseTable} from './table.ts'

/** Reads a Parquet file, plain or compressed (Snappy; zstd, as polars does; gzip, brotli, LZ4), a group of rows at a time. */
export async function readParquet(path: string): Promise<LooseTable> {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const rowCount = Number(metadata.num_rows)
    const gatherers = new Map(childrenOfRoot(metadata.schema).map((name) => [name, openGatherer(path, name, rowCount)]))
    let rowStart = 0
    for (const {num_rows} of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows)
      for (const row of await parquetReadObjects({file, metadata, rowStart, rowEnd, compressors}))
        for (const [name, gatherer] of gatherers) gatherer.add(row[name])
      rowStart = rowEnd
    }
    const columns = Array.from(gatherers, ([name, gatherer]) => [name, gatherer.column()] as const)
    return {path, rowCount, columns: new Map(columns.flatMap(([name, column]) => (column ? [[name, column]] : [])))}
  } catch (error) {
    if (error instanceof UserError) throw error
    const {message} = error as Error
    throw new UserError(`${path} is no readable Parquet file: ${message}. Make it again.`, {cause: error})
  }
}

/** Names of the columns as a person sees them; lists have inner elements of their own. */
function childrenOfRoot(schema: readonly {readonly name: string; readonly num_children?: number}[]): string[] {
  const names: string[] = []
  let at = 1
  const skip = (): void => {
    const element = schema[at++]
    for (let child = 0; child < (element?.num_children ?? 0); child++) skip()
  }
  while (at < schema.length) {
    names.push(schema[at]!.name)
    skip()
  }
  return names
}
