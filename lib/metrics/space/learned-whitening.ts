import {CholeskyDecomposition, Matrix} from 'ml-matrix'
import {principal, resolution, signOfLargest} from './principal.ts'
import type {Projection} from './projection.ts'

/** What is known of vectors and of the pairs among them that match. */
export interface PairStatistics {
  /** Mean of the vectors that ask, [dim]. */
  readonly mean: Float64Array
  /** Mean over matching pairs of (x - y)(x - y)', [dim, dim]. */
  readonly differences: Float64Array
  /** Sum over all vectors of (x - mean)(x - mean)', [dim, dim]. */
  readonly scatter: Float64Array
}

/**
 * Whitening learnt from matching pairs, "Lw" (Mikolajczyk and Matas 2007; Radenović, Tolias and Chum 2018, section 3.4; RAML
 * lib/utils/whiten.py, whitenlearn): differences inside pairs become white, P = L^-1 of their Cholesky factor L, then the whole set is
 * turned onto its principal directions. Where float32 sums cannot tell the differences from singular, their diagonal grows until
 * they can, as in the original where numpy cannot.
 */
export function learnWhitening({mean, differences, scatter}: PairStatistics, outputs: number | null): Projection {
  const dim = mean.length
  const white = inverseFactor(differences, dim)
  const turned = white.mmul(Matrix.from1DArray(dim, dim, scatter)).mmul(white.transpose())
  const {values, directions} = principal(Float64Array.from(turned.to1DArray()), dim)
  const kept = Math.min(outputs ?? dim, dim)
  const all = new Matrix(directions.slice(0, kept).map((direction) => [...direction])).mmul(white)
  const rows = new Float64Array(kept * dim)
  for (let row = 0; row < kept; row++) {
    const own = all.getRow(row)
    const sign = signOfLargest(own)
    for (const [i, value] of own.entries()) rows[row * dim + i] = sign * value
  }
  return {mean, rows, eigenvalues: Float64Array.from(values.slice(0, kept))}
}

/** Inverse of the lower Cholesky factor. */
function inverseFactor(symmetric: Float64Array, dim: number): Matrix {
  const largest = symmetric.reduce((most, value, at) => (at % (dim + 1) === 0 ? Math.max(most, value) : most), 0)
  // Pairs that are all the same picture have no differences to whiten: then the first loading is all there is.
  for (let loading = 0; ; loading = loading === 0 ? resolution * largest || 1 : 10 * loading) {
    const loaded = Matrix.from1DArray(dim, dim, symmetric).add(Matrix.eye(dim, dim, loading))
    const factor = new CholeskyDecomposition(loaded)
    const {lowerTriangularMatrix: lower} = factor
    const isFirm = lower.diagonal().every((value) => value ** 2 > (resolution / 2) * largest)
    if (factor.isPositiveDefinite() && isFirm) return invertLower(lower, dim)
  }
}

function invertLower(lower: Matrix, dim: number): Matrix {
  const inverse = Matrix.zeros(dim, dim)
  for (let column = 0; column < dim; column++) {
    for (let row = column; row < dim; row++) {
      let sum = row === column ? 1 : 0
      for (let at = column; at < row; at++) sum -= lower.get(row, at) * inverse.get(at, column)
      inverse.set(row, column, sum / lower.get(row, row))
    }
  }
  return inverse
}
