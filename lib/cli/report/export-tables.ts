import {copyFile, mkdir, open} from 'node:fs/promises'
import {extname, join} from 'node:path'
import {stringify} from 'csv-stringify/sync'
import {openAnyTable} from '../../tables/catalogue.ts'
import type {TableDefinition} from '../../tables/definition.ts'
import {type RowBlock, readBlocks} from '../show/rows.ts'
import type {StoredNode} from './artifacts.ts'

/** Writes every table of a run as CSV and as JSON, and its metrics as they are; returns how many. Holds one block of rows at a time. */
export async function exportTables(nodes: readonly StoredNode[], folder: string): Promise<number> {
  await mkdir(folder, {recursive: true})
  let count = 0
  for (const {node, files} of nodes) {
    for (const [kind, file] of Object.entries(files)) {
      const target = join(folder, `${node}.${kind}`)
      if (extname(file) === '.json') await copyFile(file, `${target}.json`)
      else if (extname(file) === '.arrow') await exportTable(file, target)
      else continue
      count++
    }
  }
  return count
}

/** A vector is a column for every number in CSV, an array in JSON. NaN is an empty cell, and null. */
async function exportTable(file: string, target: string): Promise<void> {
  const {definition, reader} = await openAnyTable(file)
  const [csv, json] = [await open(`${target}.csv`, 'w'), await open(`${target}.json`, 'w')]
  try {
    await csv.write(stringify([headerOf(definition, reader.dim)]))
    await json.write('[')
    let isFirst = true
    for await (const block of readBlocks(reader, definition)) {
      const rows = Array.from({length: block.rowCount}, (_, row) => rowOf(definition, block, row))
      await csv.write(
        stringify(
          rows.map((row) => Object.values(row).flat()),
          {escape_formulas: true},
        ),
      )
      await json.write(
        rows
          .map((row) => `${JSON.stringify(row)}`)
          .reduce((text, row) => {
            const comma = isFirst ? '\n' : ',\n'
            isFirst = false
            return text + comma + row
          }, ''),
      )
    }
    await json.write('\n]\n')
  } finally {
    await csv.close()
    await json.close()
  }
}

function headerOf(definition: TableDefinition, dim: number): string[] {
  return Object.entries(definition.columns).flatMap(([name, {type}]) =>
    type === 'vector' ? Array.from({length: dim}, (_, at) => `${name}_${at}`) : [name],
  )
}

function rowOf(definition: TableDefinition, block: RowBlock, row: number) {
  const cells = Object.keys(definition.columns).map((name) => {
    const cell = block.cell(name, row)
    return [name, cell instanceof Float32Array ? Array.from(cell, knownOrNull) : knownOrNull(cell)] as const
  })
  return Object.fromEntries(cells)
}

function knownOrNull<T extends number | string>(value: T): T | null {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}
