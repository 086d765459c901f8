import {free, fromHost, read} from '../../engine/op.ts'
import {multiply} from '../../engine/ops/elementwise.ts'
import {rowSums} from '../../engine/ops/rows.ts'
import type {Regularizer} from './regularizer.ts'

export const of = 'class-weights'

/** A quarter of the variance of the squared lengths. */
export const penalise: Regularizer<unknown> = ({rows}) => {
  const squares = multiply(rows, rows)
  const sums = rowSums(squares)
  const lengths = Float64Array.from(read(sums) as Float32Array)
  const count = lengths.length
  const mean = lengths.reduce((total, length) => total + length, 0) / count
  const deviations = lengths.map((length) => length - mean)
  // The mean moves too, but deviations sum to zero, so that has no part in the derivative.
  const factors = fromHost(
    Float32Array.from(deviations, (deviation) => deviation / count),
    [count, 1],
  )
  const gradient = multiply(rows, factors)
  free(squares, sums, factors)
  return {value: deviations.reduce((total, deviation) => total + deviation ** 2, 0) / 4 / count, gradient}
}
