import type {ParametersOf} from '../card.ts'
import {exponential} from '../exponential.ts'
import {pairLossOn} from '../pair-loss.ts'
import {allRows, rowTerms, scaleRow} from '../row-terms.ts'
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
    const compute = (row: number) => {
      const [start, target] = [row * columns, row * columns + targets[row]!]
      // No row is more like another one than like itself.
      const largest = values[start + row]!
      const logSum = softmaxInto(gradient, values, {start, length: rows, largest, gamma})
      gradient[target]! -= gamma
      return logSum + gamma * (largest - values[target]!)
    }
    return [rowTerms(distance, allRows(distance), compute)]
  },
)

/** Writes gamma times the softmax of gamma times some numbers to their places in a gradient; log of the sum of e^(gamma (x - largest)). */
function softmaxInto(
  gradient: Float32Array,
  values: Float32Array,
  run: {readonly start: number; readonly length: number; readonly largest: number; readonly gamma: number},
): number {
  const {start, length, largest, gamma} = run
  let total = 0
  for (let i = start; i < start + length; i++) {
    const one = exponential(gamma * (values[i]! - largest))
    gradient[i] = one
    total += one
  }
  scaleRow(gradient, start, length, gamma / total)
  return Math.log(total)
}
