import {free, fromHost, type Raw, read} from '../../engine/op.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import type {ParametersOf} from '../card.ts'
import type {LossOpener} from '../loss.ts'
import {penaltyTerms, type Terms} from '../terms.ts'
import {twoViews} from '../two-views.ts'
import type {vicreg} from './vicreg.card.ts'

type Parameters = ParametersOf<typeof vicreg>

/** Views of an image close together, numbers of an embedding spread out and unlike each other. One term an image, and penalties beside them. */
export const open: LossOpener<Parameters> = (parameters) => ({
  compares: 'batch',
  weights: [],
  start({vectors, group}) {
    const embeddings = vectors.tensor('raw')
    const values = read(embeddings) as Float32Array
    const gradient = new Float32Array(values.length)
    const views = twoViews(group)
    const penalties = [views.first, views.second].flatMap((rows) => {
      const view = centre(values, rows, vectors.dim)
      return [variancePenalty(view, gradient, parameters), covariancePenalty(view, gradient, parameters)]
    })
    const distances = invarianceTerms(values, gradient, {...views, dim: vectors.dim, share: parameters.invariance})
    return {terms: [distances, ...penalties], gradient: () => fromHost(gradient, embeddings.shape)}
  },
})

interface Sides {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly dim: number
  readonly share: number
}

/** share * mean of (x_i - y_i)^2, an image each. */
function invarianceTerms(values: Float32Array, gradient: Float32Array, {first, second, dim, share}: Sides): Terms {
  const terms = Float64Array.from(first, (row, image) => {
    let sum = 0
    for (let i = 0; i < dim; i++) sum += (values[row * dim + i]! - values[second[image]! * dim + i]!) ** 2
    return (share * sum) / dim
  })
  const counts = new Int32Array(values.length / dim)
  for (const row of first) counts[row] = 1
  return {
    counts,
    each(visit) {
      first.forEach((row, image) => {
        visit(terms[image]!, row)
      })
    },
    backward(weight) {
      first.forEach((row, image) => {
        const factor = (2 * share * weight(terms[image]!, row)) / dim
        const [start, other] = [row * dim, second[image]! * dim]
        for (let i = 0; i < dim; i++) {
          const pull = factor * (values[start + i]! - values[other + i]!)
          gradient[start + i]! += pull
          gradient[other + i]! -= pull
        }
      })
    },
  }
}

/** The embeddings of one view less their mean. */
interface View {
  /** Where they come from. */
  readonly rows: Int32Array
  readonly dim: number
  /** [rows.length, dim] */
  readonly centred: Float32Array
  /** One less than there are rows, but not 0: one image does not vary. */
  readonly freedom: number
}

function centre(values: Float32Array, rows: Int32Array, dim: number): View {
  const sums = new Float64Array(dim)
  for (const row of rows) for (let i = 0; i < dim; i++) sums[i]! += values[row * dim + i]!
  const means = sums.map((sum) => sum / rows.length)
  const centred = new Float32Array(rows.length * dim)
  rows.forEach((row, image) => {
    const [from, to] = [row * dim, image * dim]
    for (let i = 0; i < dim; i++) centred[to + i] = values[from + i]! - means[i]!
  })
  return {rows, dim, centred, freedom: Math.max(1, rows.length - 1)}
}

/** variance / 2 * mean of max(0, 1 - sqrt(var(x_i) + epsilon)) */
function variancePenalty(
  {rows, dim, centred, freedom}: View,
  gradient: Float32Array,
  {variance, epsilon}: Parameters,
): Terms {
  const squares = new Float64Array(dim)
  for (let start = 0; start < centred.length; start += dim) {
    for (let i = 0; i < dim; i++) squares[i]! += centred[start + i]! * centred[start + i]!
  }
  const deviations = squares.map((sum) => Math.sqrt(sum / freedom + epsilon))
  const share = variance / 2 / dim
  const value = deviations.reduce((sum, deviation) => sum + share * Math.max(0, 1 - deviation), 0)
  return penaltyTerms(value, (weight) => {
    const slopes = deviations.map((deviation) => (deviation < 1 ? (weight * share) / deviation / freedom : 0))
    rows.forEach((row, image) => {
      const [to, from] = [row * dim, image * dim]
      for (let i = 0; i < dim; i++) gradient[to + i]! -= slopes[i]! * centred[from + i]!
    })
  })
}

/** covariance / dim * sum of the squared covariances of different numbers */
function covariancePenalty(
  {rows, dim, centred, freedom}: View,
  gradient: Float32Array,
  {covariance}: Parameters,
): Terms {
  const tensor = fromHost(centred, [rows.length, dim])
  const covariances = withoutDiagonal(tensor, freedom)
  const share = covariance / dim
  let squares = 0
  for (let i = 0; i < covariances.length; i++) squares += covariances[i]! * covariances[i]!
  const matrix = fromHost(covariances, [dim, dim])
  const product = matMul(tensor, matrix)
  const slopes = read(product) as Float32Array
  free(tensor, matrix, product)
  return penaltyTerms(share * squares, (weight) => {
    const factor = (4 * weight * share) / freedom
    rows.forEach((row, image) => {
      const [to, from] = [row * dim, image * dim]
      for (let i = 0; i < dim; i++) gradient[to + i]! += factor * slopes[from + i]!
    })
  })
}

function withoutDiagonal(centred: Raw, freedom: number): Float32Array {
  const product = matMul(centred, centred, {transposeA: true})
  const covariances = read(product) as Float32Array
  free(product)
  const dim = centred.shape[1]!
  for (let i = 0; i < covariances.length; i++) covariances[i]! /= freedom
  for (let i = 0; i < dim; i++) covariances[i * dim + i] = 0
  return covariances
}
