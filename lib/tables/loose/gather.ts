import {UserError} from '../../user-error.ts'
import type {LooseColumn} from './table.ts'

/** Puts the values of a column together, row by row: numbers (of true and false 1 and 0), texts, or lists of numbers that are all of one length. */
export interface Gatherer {
  add(value: unknown): void
  column(): LooseColumn | undefined
}

/** Throws UserError, with the row, for a missing value and for lists of different lengths. */
export function openGatherer(path: string, name: string, rowCount: number): Gatherer {
  const refuse = (reason: string) => new UserError(`${path}, column ${JSON.stringify(name)}: ${reason}.`)
  let row = 0
  let column: LooseColumn | undefined
  const texts: string[] = []
  const start = (value: unknown): LooseColumn | undefined => {
    if (typeof value === 'string') return {kind: 'text', values: texts}
    if (isNumber(value)) return {kind: 'numbers', values: new Float64Array(rowCount)}
    if (isList(value) && value.length > 0 && isNumber(value[0]))
      return {kind: 'vectors', values: new Float32Array(rowCount * value.length), dim: value.length}
    return undefined
  }
  return {
    add: (value) => {
      if (row === 0) column = start(value)
      if (column === undefined) return
      if (value === null || value === undefined) throw refuse(`row ${row} has no value`)
      if (column.kind === 'text') texts.push(String(value))
      else if (column.kind === 'numbers') column.values[row] = Number(value)
      else if (!isList(value) || value.length !== column.dim)
        throw refuse(
          `row ${row} has ${isList(value) ? value.length : 'no'} numbers, the rows before it ${column.dim}; all vectors must be of one length`,
        )
      else for (let i = 0; i < column.dim; i++) column.values[row * column.dim + i] = Number(value[i])
      row++
    },
    column: () => column,
  }
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
}
