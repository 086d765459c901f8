import {EigenvalueDecomposition, Matrix} from 'ml-matrix'

/** Directions of a symmetric matrix, the largest value first. */
export interface Principal {
  /** [dim] */
  readonly values: readonly number[]
  /** Unit vectors, one of each value. */
  readonly directions: readonly (readonly number[])[]
}

/** Eigenvalues and eigenvectors of a symmetric matrix [dim, dim]. */
export function principal(symmetric: Float64Array, dim: number): Principal {
  const matrix = Matrix.from1DArray(dim, dim, symmetric)
  const {realEigenvalues, eigenvectorMatrix} = new EigenvalueDecomposition(matrix, {assumeSymmetric: true})
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!)
  return {
    values: order.map((at) => realEigenvalues[at]!),
    directions: order.map((at) => eigenvectorMatrix.getColumn(at)),
  }
}

/** 1 or -1: times this, the entry of largest magnitude is positive. The sign of a direction is free. */
export function signOfLargest(values: ArrayLike<number>): number {
  let largest = 0
  for (let at = 0; at < values.length; at++) if (Math.abs(values[at]!) > Math.abs(largest)) largest = values[at]!
  return largest < 0 ? -1 : 1
}

/** Spread below this share of the largest is rounding of float32 sums: such directions are not blown up. */
export const resolution = 2 ** -23
