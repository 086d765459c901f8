import type {Terms} from '../terms.ts'

/** Terms that are worked out before anything is reduced: one a row of the batch, or one a class. */
export interface KnownTerms extends Terms {
  /** Derivative of the loss by every term; zeros before `backward`. */
  readonly weights: Float32Array
  readonly values: Float64Array
}

/** Terms that are there already; rows whose term is NaN have none. */
export function knownTerms(values: Float64Array): KnownTerms {
  const weights = new Float32Array(values.length)
  const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]!))
  return {
    weights,
    values,
    counts: Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)),
    each: (visit) => {
      for (const row of rows) visit(values[row]!, row)
    },
    backward: (weight) => {
      for (const row of rows) weights[row] = weight(values[row]!, row)
    },
  }
}
