import type {ParametersOf} from '../card.ts'
import {openLogSum} from '../log-sum.ts'
import {pairLossOn} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
import type {PairList} from '../tuples.ts'
import type {instance} from './instance.card.ts'

/** Cross-entropy of every row over all rows. */
export const open = pairLossOn<ParametersOf<typeof instance>>(
  {name: 'similarity', normalise: true},
  'batch',
  (distance, {labels}, {gamma}) => {
    const {rows, columns, values, gradient} = distance
    const present = Int32Array.from(new Set(labels)).sort()
    const indices = new Map(Array.from(present, (label, index) => [label, index]))
    const targets = labels.map((label) => indices.get(label)!)
    const all = openLogSum(distance, wholeBatch(rows), {scale: gamma})
    const compute = (row: number) => {
      const target = row * columns + targets[row]!
      const value = all.value(row) - gamma * values[target]!
      all.spread(1)
      gradient[target]! -= gamma
      return value
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)

/** Every row with every row, itself too. */
function wholeBatch(rows: number): PairList {
  const start = Int32Array.from({length: rows + 1}, (_, row) => row * rows)
  const other = new Int32Array(rows * rows)
  for (let column = 0; column < rows; column++) other[column] = column
  for (let row = 1; row < rows; row++) other.copyWithin(start[row]!, 0, rows)
  return {start, other}
}
