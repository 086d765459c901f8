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
 * Reads a CSV file with a header (quotes and line ends as RFC 4180 has them; UTF-8; semicolons or tabs where the header has no comma), an
 * Arrow IPC or a Parquet file.
 * @throws UserError for a missing or damaged file, with the line where a CSV file breaks off.
 */
export async function readManifestTable(path: string): Promise<TextTable> {
  return extname(path).toLowerCase() === '.csv' ? readCsv(path) : readColumns(path)
}

async function readCsv(path: string): Promise<TextTable> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`${path} cannot be read (${error.code}). Set data.manifest to a file in data.root.`)
  })
  const text = decodeText(bytes)
  if (text === undefined) throw new UserError(`${path} is no CSV file: it is not UTF-8. Save it as "CSV UTF-8".`)
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
    const options = {bom: true, info: true, skip_empty_lines: true, trim: true, delimiter: findDelimiter(text)}
    return parse(text, options) as unknown as Row[]
  } catch (error) {
    if (error instanceof CsvError) throw new UserError(`${path} is no CSV file: ${error.message}.`)
    throw error
  }
}

/** A manifest has two columns at least, and none that it needs has a comma in its name. */
function findDelimiter(text: string): string {
  const header = text.slice(0, text.search(/[\r\n]|$/))
  return [',', ';', '\t'].find((one) => header.includes(one)) ?? ','
}

/** undefined for bytes that are no UTF-8: names of files would come out as other names. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

async function readColumns(path: string): Promise<TextTable> {
  const {rowCount, columns} = await readLoose(path)
  const texts = Array.from(columns, ([name, column]): [string, readonly string[]][] =>
    column.kind === 'vectors' ? [] : [[name, Array.from<string | number, string>(column.values, String)]],
  )
  return {rowCount, columns: new Map(texts.flat()), place: (row) => `row ${row}`}
}
