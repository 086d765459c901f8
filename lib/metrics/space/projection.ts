import {principal, resolution, signOfLargest} from './principal.ts'

/** Turns vectors into others: first the mean is taken off, then come the products with the rows. */
export interface Projection {
  /** [dim] */
  readonly mean: Float64Array
  /** [outputs, dim], row by row, the largest spread first. */
  readonly rows: Float64Array
  /** Spread along each row, [outputs]. */
  readonly eigenvalues: Float64Array
}

export interface ProjectionOptions {
  /** pca: rotation alone; pca-whitening: every direction also divided by the square root of its spread. */
  readonly kind: 'pca' | 'pca-whitening'
  /** Directions that are kept; null: all. */
  readonly outputs: number | null
  /**
   * Whitening with shrinkage: a spread s counts as (1 - b) s + b, b being the spread of the direction with this number (0 is the
   * largest). null: none.
   */
  readonly shrinkTo: number | null
}

/**
 * Principal components of vectors with the given mean and covariance [dim, dim] (divided by their number), as cnnimageretrieval and
 * resolution-asymmetric metric learning have them (lib/utils/whiten.py): P = diag(spread)^-1/2 E'. Of each row the entry of largest
 * magnitude is positive, as the sign is free.
 */
export function learnProjection(
  mean: Float64Array,
  covariance: Float64Array,
  {kind, outputs, shrinkTo}: ProjectionOptions,
): Projection {
  const dim = mean.length
  const {values, directions} = principal(covariance, dim)
  const spreads = values.map((value) => Math.max(0, value))
  const least = resolution * spreads[0]!
  const shrunk = shrinkTo === null ? 0 : spreads[Math.min(shrinkTo, dim - 1)]!
  const kept = Math.min(outputs ?? dim, dim)
  const rows = new Float64Array(kept * dim)
  for (let row = 0; row < kept; row++) {
    const direction = directions[row]!
    const spread = Math.max(least, (1 - shrunk) * spreads[row]! + shrunk)
    const scale = signOfLargest(direction) / (kind === 'pca' ? 1 : Math.sqrt(spread))
    for (let i = 0; i < dim; i++) rows[row * dim + i] = scale * direction[i]!
  }
  return {mean, rows, eigenvalues: Float64Array.from(spreads.slice(0, kept))}
}

/** Mean of rows [items, dim]. */
export function meanRow(vectors: Float32Array, dim: number): Float64Array {
  const sum = new Float64Array(dim)
  const items = vectors.length / dim
  for (let at = 0; at < vectors.length; at++) sum[at % dim]! += vectors[at]! / items
  return sum
}
