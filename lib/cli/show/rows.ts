import {type ColumnValues, camelCase, type TableDefinition} from '../../tables/definition.ts'
import type {TableReader} from '../../tables/read.ts'

/** One value of a table as `show` handles it; a vector is a view that holds until the next block is read. */
export type Cell = number | string | Float32Array

/** Some rows of a table, read by stored column name. */
export interface RowBlock {
  readonly rowCount: number
  cell(column: string, row: number): Cell
}

/** Reads a table block by block, so that tables larger than memory can be looked at. */
export async function* readBlocks(
  table: TableReader<TableDefinition>,
  definition: TableDefinition,
): AsyncGenerator<RowBlock> {
  for await (const {rowCount, columns} of table.batches()) {
    const values = columns as Readonly<Record<string, ColumnValues>>
    yield {
      rowCount,
      cell: (column, row) => {
        const cells = values[camelCase(column)]!
        if (definition.columns[column]?.type !== 'vector') return cells[row]!
        return (cells as Float32Array).subarray(row * table.dim, (row + 1) * table.dim)
      },
    }
  }
}
