import {FLOAT, free, type Raw, read, run, type} from '../op.ts'
import {rowMaxima} from './rows.ts'

/** Softmax of every row of a float32 matrix, and the logarithm of its sum of exponentials. */
export interface SoftmaxRows {
  readonly probabilities: Raw
  /** log(sum over columns of exp(x)) of every row. */
  readonly logSums: Float64Array
}

/**
 * The largest probability of a row is one over its sum of exponentials counted from the largest entry: so the logarithm of the sum
 * costs two maxima, a tenth of the exponentials. (TensorFlow's fused cross-entropy of sparse labels takes four times as long.)
 */
export function softmaxRows(x: Raw): SoftmaxRows {
  const probabilities = run('Softmax', [x], [type('T', FLOAT)])
  const largest = maxima(x)
  const shares = maxima(probabilities)
  return {probabilities, logSums: Float64Array.from(largest, (value, row) => value - Math.log(shares[row]!))}
}

function maxima(x: Raw): Float32Array {
  const column = rowMaxima(x)
  const values = read(column) as Float32Array
  free(column)
  return values
}
