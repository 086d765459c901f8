import {openAnyTable} from '../../tables/catalogue.ts'
import type {ColumnType, TableDefinition} from '../../tables/definition.ts'
import {type Cell, readBlocks} from './rows.ts'
import {type Condition, checkConditions, meets} from './where.ts'

/** What a column's numbers are like; of a vector column, what the rows' norms are like. */
export interface ColumnStatistics {
  readonly minimum: number
  readonly maximum: number
  readonly mean: number
  /** Rows with a NaN. */
  readonly nanCount: number
}

/** A table as one pass over it saw it. */
export interface TableScan {
  readonly definition: TableDefinition
  readonly dim: number
  readonly metadata: Readonly<Record<string, string>>
  readonly rowCount: number
  /** Rows that meet the conditions; statistics and head are of these. */
  readonly matchCount: number
  readonly statistics: ReadonlyMap<string, ColumnStatistics>
  /** The first matching rows, cells in the definition's column order. */
  readonly head: readonly (readonly Cell[])[]
}

/** Reads a column of the row at hand. */
export type ReadCell = (column: string) => Cell

/** Reads a table once, block by block. The visitor of its kind sees every matching row. Throws UserError for a file that is no table of ours. */
export async function scanTable(
  path: string,
  options: {
    head: number
    where: readonly Condition[]
    visitors?: Readonly<Record<string, (row: ReadCell) => void>>
  },
): Promise<TableScan> {
  const {definition, reader: table} = await openAnyTable(path)
  const names = Object.keys(definition.columns)
  checkConditions(options.where, names)
  const gathered = new Map(
    names.filter((name) => definition.columns[name]!.type !== 'utf8').map((name) => [name, openStatistics()]),
  )
  const head: Cell[][] = []
  const visit = options.visitors?.[definition.name]
  let matchCount = 0
  for await (const block of readBlocks(table, definition)) {
    for (let row = 0; row < block.rowCount; row++) {
      if (!meets(options.where, block, row)) continue
      matchCount++
      for (const [name, statistics] of gathered) statistics.add(magnitude(block.cell(name, row)))
      if (head.length < options.head) head.push(names.map((name) => copyOf(block.cell(name, row))))
      visit?.((column) => block.cell(column, row))
    }
  }
  return {
    definition,
    dim: table.dim,
    metadata: Object.fromEntries(table.metadata),
    rowCount: table.rowCount,
    matchCount,
    statistics: new Map([...gathered].map(([name, statistics]) => [name, statistics.result()])),
    head,
  }
}

/** `float32[512]` for a vector, else the stored type. */
export function columnTypeName(type: ColumnType, dim: number): string {
  return type === 'vector' ? `float32[${dim}]` : type
}

function openStatistics(): {add(value: number): void; result(): ColumnStatistics} {
  let [minimum, maximum, sum, count, nanCount] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0]
  return {
    add(value) {
      if (Number.isNaN(value)) {
        nanCount++
        return
      }
      if (value < minimum) minimum = value
      if (value > maximum) maximum = value
      sum += value
      count++
    },
    result: () => ({minimum, maximum, mean: sum / count, nanCount}),
  }
}

function magnitude(cell: Cell): number {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'string') return Number.NaN
  let sum = 0
  for (const value of cell) sum += value * value
  return Math.sqrt(sum)
}

function copyOf(cell: Cell): Cell {
  return cell instanceof Float32Array ? cell.slice() : cell
}
