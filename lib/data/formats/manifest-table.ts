import {readFile} from 'node:fs/promises'
import {extname} from 'node:path'
import {CsvError, parse} from 'csv-parse/sync'
import {readLoose} from '../../tables/loose.ts'
import {UserError} from '../../user-error.ts'

/** A table as texts, whatever it was kept in. */
export interface TextTable {
  readonly rowCount: number
  readonly columns: ReadonlyMap<string, readonly string[]>
  /** Where a row is, for messages: `line 7` of a CSV file, `row 5` of another. */
  readonly place: (row: number) => string
}

/**
 * Reads a CSV file with a header (quotes and line ends as RFC 4180 has them; UTF-8), an Arrow IPC or a Parquet file.
 * @throws UserError for a missing or damaged file, with the line where a CSV file breaks off.
 */
export async function readManifestTable(path: string): Promise<TextTable> {
  return extname(path).toLowerCase() === '.csv' ? readCsv(path) : readColumns(path)
}

async function readCsv(path: string): Promise<TextTable> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${path} cannot be read (${error.code}). Set data.manifest to a file in data.root.`)
  })
  const rows = parseCsv(path, text)
  const [header, ...records] = rows
  if (header === undefined) throw new UserError(`${path} is empty: its first line must name the columns.`)
  const repeated = header.record.find((name, i) => header.record.indexOf(name) !== i)
  if (repeated !== undefined) throw new UserError(`${path} has two columns "${repeated}". Rename one.`)
  const columns = header.record.map((name, i): [string, string[]] => [name, records.map(({record}) => record[i]!)])
  return {rowCount: records.length, columns: new Map(columns), place: (row) => `line ${records[row]!.info.lines}`}
}

interface Row {
  readonly record: readonly string[]
  readonly info: {readonly lines: number}
}

function parseCsv(path: string, text: string): Row[] {
  try {
    return parse(text, {bom: true, info: true, skip_empty_lines: true, trim: true}) as unknown as Row[]
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`${path} is no CSV file: ${error.message}.`)
    throw error
  }
}

async function readColumns(path: string): Promise<TextTable> {
  const {rowCount, columns} = await readLoose(path)
  const texts = Array.from(columns, ([name, column]): [string, readonly string[]][] =>
    column.kind === 'vectors' ? [] : [[name, Array.from<string | number, string>(column.values, String)]],
  )
  return {rowCount, columns: new Map(texts.flat()), place: (row) => `row ${row}`}
}
