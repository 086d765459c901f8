import {free, fromHost, read} from '../../engine/op.ts'
import {gatherRows, multiply, subtract, times} from '../../engine/ops/elementwise.ts'
import {addToRows} from '../../engine/ops/entries.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import {rowSums} from '../../engine/ops/rows.ts'
import type {Parameter} from '../../engine/parameter.ts'
import type {LossPass} from '../loss.ts'
import {openVectors, type Vectors} from '../vectors.ts'
import {knownTerms} from './known-terms.ts'

/**
 * One term a row: mean over classes of (cos - [own])^2. The sum of squared cosines is x G x with the moment matrix G = sum of w w of all
 * classes, [dim, dim], so that no matrix [rows, classes] is ever made.
 */
export function squaredMisses(vectors: Vectors, labels: Int32Array, weight: Parameter): LossPass {
  const targets = openVectors(weight.raw)
  const [x, w] = [vectors.tensor('unit'), targets.tensor('unit')]
  const classes = w.shape[0]!
  const moments = matMul(w, w, {transposeA: true})
  const spread = matMul(x, moments)
  const indices = fromHost(labels, [labels.length])
  const own = gatherRows(w, indices)
  const pull = subtract(spread, own)
  const beyond = subtract(pull, own)
  const products = multiply(beyond, x)
  const sums = rowSums(products) // x G x - 2 cos
  const terms = knownTerms(Float64Array.from(read(sums), (sum) => Math.max(0, sum + 1) / classes))
  free(moments, spread, indices, own, beyond, products, sums)
  return {
    terms: [terms],
    gradient() {
      const shares = fromHost(
        terms.weights.map((share) => (2 * share) / classes),
        [labels.length, 1],
      )
      const weighted = multiply(x, shares)
      const batchMoments = matMul(x, weighted, {transposeA: true})
      const opposite = times(weighted, -1)
      weight.addGradient(targets.fromTensor('unit', addToRows(matMul(w, batchMoments), labels, opposite)))
      const byRow = multiply(pull, shares)
      free(pull, shares, weighted, batchMoments, opposite)
      targets.dispose()
      return vectors.fromTensor('unit', byRow)
    },
  }
}
