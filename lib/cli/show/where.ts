import {UserError} from '../../user-error.ts'
import type {Cell, RowBlock} from './rows.ts'

/** One condition on a column of the table shown. */
export interface Condition {
  readonly column: string
  readonly operator: (typeof operators)[number]
  readonly value: string
}

const operators = ['!=', '<=', '>=', '=', '<', '>'] as const

/** Reads `label=3`, `distance<0.4`, `class_name=cat face`. Throws UserError for anything else. */
export function parseCondition(text: string): Condition {
  const found = /^\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*(.*?)\s*$/.exec(text)
  if (found === null || found[3] === '') {
    throw new UserError(
      `--where must be a column, one of ${operators.join(' ')} and a value, got "${text}". Example: --where 'label=3'`,
    )
  }
  return {column: found[1]!, operator: found[2] as Condition['operator'], value: found[3]!}
}

/** Throws UserError where a condition names a column that the table does not have. */
export function checkConditions(conditions: readonly Condition[], columns: readonly string[]): void {
  const problems = conditions
    .filter((condition) => !columns.includes(condition.column))
    .map((condition) => `--where ${condition.column}: there is no such column; there are ${columns.join(', ')}`)
  if (problems.length > 0) throw new UserError(problems.join('\n'))
}

/** Whether a row meets every condition. Numbers compare as numbers, text as text; a vector meets only `!=`. */
export function meets(conditions: readonly Condition[], block: RowBlock, row: number): boolean {
  return conditions.every((condition) => holds(condition, block.cell(condition.column, row)))
}

function holds({operator, value}: Condition, cell: Cell): boolean {
  if (cell instanceof Float32Array) return operator === '!='
  // float32 columns hold 0.4 as 0.4000000059…: the value is rounded the same way for equality.
  const wanted = typeof cell === 'number' ? Number(value) : value
  const equal = cell === wanted || (typeof cell === 'number' && cell === Math.fround(Number(value)))
  switch (operator) {
    case '=':
      return equal
    case '!=':
      return !equal
    case '<':
      return cell < wanted && !equal
    case '>':
      return cell > wanted && !equal
    case '<=':
      return cell < wanted || equal
    case '>=':
      return cell > wanted || equal
  }
}
