import {createHash, type Hash} from 'node:crypto'
import {UserError} from '../user-error.ts'
import {openAnyTable} from './catalogue.ts'
import {stride} from './columns.ts'
import {type ColumnValues, camelCase, type TableDefinition} from './definition.ts'

/** Which values of a table count: columns by stored name, and the rows whose text columns have these values (default: all rows). */
export interface Projection {
  readonly columns: readonly string[]
  readonly where?: Readonly<Record<string, string>>
}

/**
 * Digest of exactly the selected values, in row order: whatever else changes in the file (other columns, other rows, metadata,
 * record batches) leaves it the same. Works for every table of ours. Throws UserError for damaged files and unknown columns.
 *
 * @returns sha256 in hex
 */
export async function digestColumns(path: string, {columns, where = {}}: Projection): Promise<string> {
  const {definition, reader} = await openAnyTable(path)
  try {
    const chosen = [...new Set(columns)].sort()
    checkProjection(path, definition, chosen, Object.keys(where))
    const hashes = new Map(chosen.map((name) => [name, createHash('sha256')]))
    let rowCount = 0
    for await (const batch of reader.batches()) {
      const values = batch.columns as Readonly<Record<string, ColumnValues>>
      const rows = selectRows(values, batch.rowCount, where)
      rowCount += rows?.length ?? batch.rowCount
      for (const [name, hash] of hashes) {
        hashRows(hash, values[camelCase(name)]!, rows, stride(definition.columns[name]!.type, reader.dim))
      }
    }
    const parts = [...hashes].map(([name, hash]) => [name, definition.columns[name]!.type, hash.digest('hex')])
    return createHash('sha256')
      .update(JSON.stringify([definition.name, rowCount, reader.dim, parts]))
      .digest('hex')
  } finally {
    await reader.close()
  }
}

function checkProjection(path: string, definition: TableDefinition, columns: string[], where: string[]): void {
  const unknown = [...columns, ...where].filter((name) => definition.columns[name] === undefined)
  const numeric = where.filter((name) => !unknown.includes(name) && definition.columns[name]?.type !== 'utf8')
  const problems = [
    ...unknown.map((name) => `there is no column ${name}`),
    ...numeric.map((name) => `rows can only be chosen by text, and ${name} is ${definition.columns[name]?.type}`),
  ]
  if (problems.length === 0) return
  throw new UserError(
    `Cannot digest ${path}: ${problems.join('; ')}. Its columns are ${Object.keys(definition.columns).join(', ')}.`,
  )
}

/** Rows that are wanted; undefined when all are. */
function selectRows(
  columns: Readonly<Record<string, ColumnValues>>,
  rowCount: number,
  where: Readonly<Record<string, string>>,
): number[] | undefined {
  const conditions = Object.entries(where)
  if (conditions.length === 0) return undefined
  const matches = (row: number) => conditions.every(([name, value]) => columns[camelCase(name)]![row] === value)
  return Array.from({length: rowCount}, (_, row) => row).filter(matches)
}

function hashRows(hash: Hash, values: ColumnValues, rows: number[] | undefined, width: number): void {
  if (Array.isArray(values)) hashStrings(hash, rows === undefined ? values : rows.map((row) => values[row]!))
  else if (rows === undefined) hash.update(values)
  else for (const row of rows) hash.update(values.subarray(row * width, (row + 1) * width))
}

/** Each text with its length before it, so that moving a letter from one row to the next changes the digest. */
function hashStrings(hash: Hash, strings: readonly string[]): void {
  hash.update(strings.map((text) => `${Buffer.byteLength(text)}:${text}`).join(''))
}
