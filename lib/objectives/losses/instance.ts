import type {ParametersOf} from '../card.ts'
import {exponential} from '../exponential.ts'
import {pairLossOn} from '../pair-loss.ts'
import {allRows, rowTerms} from '../row-terms.ts'
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
    const exponentials = new Float64Array(rows)
    const compute = (row: number) => {
      const base = row * columns
      // No row is more like another one than like itself.
      const largest = values[base + row]!
      let total = 0
      for (let i = 0; i < rows; i++) {
        const one = exponential(gamma * (values[base + i]! - largest))
        exponentials[i] = one
        total += one
      }
      const share = gamma / total
      for (let i = 0; i < rows; i++) gradient[base + i] = share * exponentials[i]!
      const target = base + targets[row]!
      gradient[target]! -= gamma
      return Math.log(total) + gamma * (largest - values[target]!)
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)
