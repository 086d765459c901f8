import {writeFile} from 'node:fs/promises'
import {Field, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct} from 'apache-arrow'
import {arrowType, encodeRows, stride} from './columns.ts'
import {type ColumnsOf, type ColumnValues, camelCase, type TableDefinition} from './definition.ts'
import {tableVersion} from './read.ts'

/** Rows in a record batch: 16 MB of 512-dimensional descriptors, which is what a reader holds at a time. */
const batchRows = 8192

/**
 * Writes a whole table. Numbers go to disk from where they are, text is encoded once: no second copy of a big column.
 * Equal rows and metadata give equal bytes.
 */
export async function writeTable<Definition extends TableDefinition>(
  path: string,
  definition: Definition,
  table: {
    columns: ColumnsOf<Definition>
    metadata: Readonly<Record<keyof Definition['metadata'], string>>
    dim?: number
  },
): Promise<void> {
  const dim = table.dim ?? 0
  const fields = Object.entries(definition.columns).map(
    ([name, {type}]) => new Field(name, arrowType(type, dim), false),
  )
  const metadata = {'nearmiss.table': definition.name, 'nearmiss.version': tableVersion, ...table.metadata}
  const schema = new Schema(fields, new Map(Object.entries(metadata)))
  const batches = splitRows(definition, schema, table.columns as Record<string, ColumnValues>, dim)
  await writeFile(path, RecordBatchFileWriter.writeAll(batches))
}

/** An empty table is one batch without rows, so that the file still holds its schema. */
function* splitRows(
  definition: TableDefinition,
  schema: Schema,
  columns: Readonly<Record<string, ColumnValues>>,
  dim: number,
): Generator<RecordBatch> {
  const rowCount = countRows(definition, columns, dim)
  for (let begin = 0; begin === 0 || begin < rowCount; begin += batchRows) {
    const end = Math.min(begin + batchRows, rowCount)
    const children = Object.entries(definition.columns).map(([name, {type}]) =>
      encodeRows(type, columns[camelCase(name)]!, begin, end, dim),
    )
    yield new RecordBatch(
      schema,
      makeData({type: new Struct(schema.fields), length: end - begin, nullCount: 0, children}),
    )
  }
}

function countRows(definition: TableDefinition, columns: Readonly<Record<string, ColumnValues>>, dim: number): number {
  const counts = Object.entries(definition.columns).map(
    ([name, {type}]) => columns[camelCase(name)]!.length / stride(type, dim),
  )
  const rowCount = counts[0]!
  if (counts.some((count) => count !== rowCount)) {
    throw new Error(`columns of ${definition.name} have different row counts: ${counts.join(', ')}`)
  }
  return rowCount
}
