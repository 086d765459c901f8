import type {Cell} from './rows.ts'
import {columnTypeName, type TableScan} from './scan.ts'

/** A scan as JSON: NaN becomes null, vectors become arrays. */
export function scanJson(scan: TableScan) {
  const {definition} = scan
  const names = Object.keys(definition.columns)
  return {
    table: definition.name,
    meaning: definition.meaning,
    metadata: scan.metadata,
    rows: scan.rowCount,
    selected: scan.matchCount,
    columns: Object.entries(definition.columns).map(([name, {type, meaning}]) => ({
      name,
      type: columnTypeName(type, scan.dim),
      meaning,
      ...scan.statistics.get(name),
    })),
    head: scan.head.map((row) => Object.fromEntries(row.map((cell, i) => [names[i], cellJson(cell)]))),
  }
}

function cellJson(cell: Cell): unknown {
  return cell instanceof Float32Array ? Array.from(cell) : cell
}
