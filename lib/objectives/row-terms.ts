import type {Distance} from './distances.ts'
import type {Terms} from './terms.ts'
import type {PairList} from './tuples.ts'

/**
 * One term an anchor, made of nothing but its own row of the distances. `compute` returns the value and adds its derivative to
 * the gradient of that row in one go, so that every exponential is taken once; the way back only scales the row. Nothing else
 * may write to this distance's gradient.
 */
export function rowTerms(
  {rows, columns, gradient}: Distance,
  anchors: readonly number[],
  compute: (anchor: number) => number,
): Terms {
  const values = Float64Array.from(anchors, compute)
  const counts = new Int32Array(rows)
  for (const anchor of anchors) counts[anchor] = 1
  return {
    counts,
    each(visit) {
      anchors.forEach((anchor, i) => {
        visit(values[i]!, anchor)
      })
    },
    backward(weight) {
      anchors.forEach((anchor, i) => {
        scaleRow(gradient, anchor * columns, columns, weight(values[i]!, anchor))
      })
    },
  }
}

/** A single number for the whole batch. `spread` adds weight times its derivative to a gradient. */
export function batchTerm(value: number, spread: (weight: number) => void): Terms {
  return {
    counts: Int32Array.of(1),
    each: (visit) => visit(value, 0),
    backward: (weight) => spread(weight(value, 0)),
  }
}

/** Rows that have a partner. */
export function anchorsOf({start}: PairList): number[] {
  const anchors: number[] = []
  for (let row = 0; row + 1 < start.length; row++) if (start[row + 1]! > start[row]!) anchors.push(row)
  return anchors
}

/** All rows. */
export function allRows({rows}: Distance): number[] {
  return Array.from({length: rows}, (_, row) => row)
}

/** Multiplies one row of a gradient. */
export function scaleRow(gradient: Float32Array, start: number, length: number, factor: number): void {
  if (factor === 0) gradient.fill(0, start, start + length)
  else for (let i = start; i < start + length; i++) gradient[i]! *= factor
}
