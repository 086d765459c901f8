import type {RecordBatch, Schema} from 'apache-arrow'
import {type ArrowFile, damaged, explain, openArrowFile} from './arrow-file.ts'
import {allocateColumn, decodeRows, isType, stride} from './columns.ts'
import {type ColumnsOf, type ColumnType, type ColumnValues, camelCase, type TableDefinition} from './definition.ts'

/** Version of the tables' schemas, kept in every file as `nearmiss.version`. */
export const tableVersion = '1'

/** Rows of a table in memory. */
export interface Rows<Definition extends TableDefinition> {
  readonly rowCount: number
  readonly columns: ColumnsOf<Definition>
}

/** A table open for reading batch by batch. */
export interface TableReader<Definition extends TableDefinition> {
  readonly rowCount: number
  /** Length of the rows' vectors; 0 in a table without vectors. */
  readonly dim: number
  readonly metadata: ReadonlyMap<string, string>
  /** Every record batch in file order; numbers are views that hold until the next batch is asked for. Closes the file at the end. */
  batches(): AsyncGenerator<Rows<Definition>>
  close(): Promise<void>
}

/** Opens a table of ours. Throws UserError, with everything that is wrong, when the file is damaged or has another schema. */
export async function openTable<Definition extends TableDefinition>(
  path: string,
  definition: Definition,
): Promise<TableReader<Definition>> {
  const file = await openArrowFile(path)
  try {
    const dim = checkSchema(path, file.schema, definition)
    checkSize(path, file, definition, dim)
    return {
      rowCount: file.rowCount,
      dim,
      metadata: file.schema.metadata,
      close: () => file.close(),
      async *batches() {
        try {
          for await (const batch of file.batches()) yield decodeBatch(path, batch, definition, dim)
        } finally {
          await file.close()
        }
      },
    }
  } catch (error) {
    await file.close()
    throw explain(path, error)
  }
}

/** Reads a whole table into one array per column, without a second copy beyond one record batch. */
export async function readTable<Definition extends TableDefinition>(
  path: string,
  definition: Definition,
): Promise<Rows<Definition> & {dim: number; metadata: ReadonlyMap<string, string>}> {
  const {rowCount, dim, metadata, batches} = await openTable(path, definition)
  const types = columnTypes(definition)
  const whole: Record<string, ColumnValues> = {}
  for (const [name, type] of types) whole[name] = allocateColumn(type, rowCount, dim)
  let row = 0
  for await (const batch of batches()) {
    const columns = batch.columns as Record<string, ColumnValues>
    for (const [name, type] of types) append(whole[name]!, columns[name]!, row * stride(type, dim))
    row += batch.rowCount
  }
  return {rowCount, dim, metadata, columns: whole as ColumnsOf<Definition>}
}

/** Columns of a table by their names in memory. */
function columnTypes(definition: TableDefinition): [string, ColumnType][] {
  return Object.entries(definition.columns).map(([stored, {type}]) => [camelCase(stored), type])
}

function append(whole: ColumnValues, part: ColumnValues, position: number): void {
  if (Array.isArray(whole)) for (const text of part as string[]) whole.push(text)
  else whole.set(part as Float64Array, position)
}

function checkSchema(path: string, schema: Schema, definition: TableDefinition): number {
  const problems: string[] = []
  const expected = {'nearmiss.table': definition.name, 'nearmiss.version': tableVersion}
  for (const [key, value] of Object.entries(expected)) {
    const got = schema.metadata.get(key)
    if (got !== value)
      problems.push(`metadata ${key} must be "${value}", got ${got === undefined ? 'none' : quote(got)}`)
  }
  for (const key of Object.keys(definition.metadata)) {
    if (!schema.metadata.has(key)) problems.push(`metadata ${key} is missing`)
  }
  for (const [name, {type}] of Object.entries(definition.columns)) {
    const field = schema.fields.find((candidate) => candidate.name === name)
    if (field === undefined) problems.push(`column ${name} (${type}) is missing`)
    else if (!isType(type, field.type)) problems.push(`column ${name} must be ${type}, got ${field.type}`)
  }
  for (const {name} of schema.fields)
    if (!(name in definition.columns)) problems.push(`column ${quote(name)} is unknown`)
  if (problems.length > 0) throw damaged(path, `it is not a table of ${definition.name}: ${problems.join('; ')}`)
  const vector = schema.fields.find(({name}) => definition.columns[name]?.type === 'vector')
  return vector?.type.listSize ?? 0
}

/** Text of a foreign file, made safe to print. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

// Before memory is asked for by row count: a damaged count must not ask for more than the file can fill.
function checkSize(path: string, file: ArrowFile, definition: TableDefinition, dim: number): void {
  const rowBytes = Object.values(definition.columns).reduce((sum, {type}) => sum + 4 * stride(type, dim), 0)
  if (file.rowCount * rowBytes > file.bodyBytes) {
    throw damaged(
      path,
      `it claims ${file.rowCount} rows of at least ${rowBytes} bytes, but holds ${file.bodyBytes} bytes of them`,
    )
  }
}

function decodeBatch<Definition extends TableDefinition>(
  path: string,
  batch: RecordBatch,
  definition: Definition,
  dim: number,
): Rows<Definition> {
  const rowCount = batch.numRows
  const columns: Record<string, ColumnValues> = {}
  for (const [stored, {type}] of Object.entries(definition.columns)) {
    const data = batch.data.children[batch.schema.fields.findIndex(({name}) => name === stored)]
    try {
      if (data === undefined) throw new RangeError('the column is not in its batch')
      columns[camelCase(stored)] = decodeRows(type, data, rowCount, dim)
    } catch (error) {
      throw damaged(path, `column ${stored}: ${(error as Error).message}`)
    }
  }
  return {rowCount, columns: columns as ColumnsOf<Definition>}
}
