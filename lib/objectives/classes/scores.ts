import {free, fromHost, type Raw} from '../../engine/op.ts'
import {add, multiply, reshape, times} from '../../engine/ops/elementwise.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import type {Parameter} from '../../engine/parameter.ts'
import {openVectors, type Space, type Vectors} from '../vectors.ts'

/** How near every row of a batch is to every class: larger is nearer. The matrix stays in TensorFlow. */
export interface Scores {
  /** [rows, classes]; whoever is given the scores frees it. */
  readonly tensor: Raw
  /**
   * Gradient by the raw embeddings, from that by the scores, each row counted `weights` times; adds to the gradients of the weights.
   * Called once; frees what the scores hold, but not `gradient`.
   */
  backward(gradient: Raw, weights: Float32Array): Raw
}

/** Whether embeddings and the weights of the classes are divided by their lengths, and by what their products are multiplied. */
export interface ProductSpec {
  readonly embeddings: Space
  readonly classes: Space
  readonly scale: number
}

/** scale x . w, for the embeddings x of a batch and class weights w [classes, dim]; with a bias for every class, its sum with that. */
export function productScores(batch: Vectors, weight: Parameter, spec: ProductSpec, bias?: Parameter): Scores {
  const classes = openVectors(weight.raw)
  const w = classes.tensor(spec.classes)
  const x = times(batch.tensor(spec.embeddings), spec.scale)
  const products = matMul(x, w, {transposeB: true})
  return {
    tensor: bias === undefined ? products : plus(products, bias.raw),
    backward(gradient, weights) {
      const counts = fromHost(weights, [batch.rows, 1])
      const pulls = multiply(x, counts)
      weight.addGradient(classes.fromTensor(spec.classes, matMul(gradient, pulls, {transposeA: true})))
      bias?.addGradient(weightedColumnSums(gradient, weights))
      const sums = matMul(gradient, w)
      const shares = times(counts, spec.scale)
      const byRow = multiply(sums, shares)
      free(x, counts, pulls, sums, shares)
      classes.dispose()
      return batch.fromTensor(spec.embeddings, byRow)
    },
  }
}

function plus(matrix: Raw, row: Raw): Raw {
  const sum = add(matrix, row)
  free(matrix)
  return sum
}

function weightedColumnSums(gradient: Raw, weights: Float32Array): Raw {
  const row = fromHost(weights, [1, weights.length])
  const sums = matMul(row, gradient)
  const vector = reshape(sums, [gradient.shape[1]!])
  free(row, sums)
  return vector
}
