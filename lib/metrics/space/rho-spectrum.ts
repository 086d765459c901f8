import {EigenvalueDecomposition, Matrix} from 'ml-matrix'

/** Smallest singular value told from 0, as a share of the largest: float32's precision. */
const resolution = 2 ** -23

/**
 * Spectral decay: Kullback-Leibler divergence of the singular values of the descriptors, as shares of their sum, from equal shares:
 * KL(uniform || shares). 0 where all directions are used alike. As Revisiting Deep Metric Learning has it (metrics/rho_spectrum.py,
 * rho_spectrum@1), the smallest of the `dim` values is left out. `gram` is X'X, [dim, dim].
 */
export function rhoSpectrum(gram: Float64Array, dim: number): number {
  if (dim < 2) return 0
  const matrix = Matrix.from1DArray(dim, dim, gram)
  const {realEigenvalues} = new EigenvalueDecomposition(matrix, {assumeSymmetric: true})
  const values = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value))).sort((a, b) => b - a)
  const kept = values.slice(0, dim - 1).map((value) => Math.max(value, resolution * values[0]!))
  const sum = kept.reduce((total, value) => total + value, 0)
  return kept.reduce((total, value) => total - Math.log((value / sum) * kept.length) / kept.length, 0)
}
