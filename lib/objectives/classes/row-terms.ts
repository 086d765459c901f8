import type {Terms} from '../terms.ts'

/** One term a row of the batch. */
export interface RowTerms extends Terms {
  /** Derivative of the loss by every term; zeros before `backward`. */
  readonly weights: Float32Array
}

/** Terms that are there already; rows whose term is NaN have none. */
export function rowTerms(values: Float64Array): RowTerms {
  const weights = new Float32Array(values.length)
  const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]!))
  return {
    weights,
    counts: Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)),
    each: (visit) => {
      for (const row of rows) visit(values[row]!, row)
    },
    backward: (weight) => {
      for (const row of rows) weights[row] = weight(values[row]!, row)
    },
  }
}
