import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {stringify} from 'csv-stringify/sync'

/** One row of numbers and texts by column name. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>

/** Writes rows as name.csv (RFC 4180) and name.json; what is not known is an empty cell, or null. */
export async function writeRows(folder: string, name: string, rows: readonly Row[]): Promise<void> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const known = rows.map((row) => Object.fromEntries(columns.map((column) => [column, knownOrNull(row[column])])))
  const cast = {boolean: String}
  // A cell that a spreadsheet would run as a formula gets a quote before it: names of classes come from strangers.
  await writeFile(join(folder, `${name}.csv`), stringify(known, {header: true, columns, cast, escape_formulas: true}))
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(known, null, 1)}\n`)
}

function knownOrNull(value: Row[string]): string | number | boolean | null {
  return value === undefined || Number.isNaN(value) ? null : value
}
