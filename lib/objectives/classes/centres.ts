import {free, fromHost, int, type Raw, run, type} from '../../engine/op.ts'
import {slice} from '../../engine/ops/arrange.ts'
import {multiply, reshape, times} from '../../engine/ops/elementwise.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import type {Parameter} from '../../engine/parameter.ts'
import {addGradients, openVectors, type Vectors} from '../vectors.ts'

/** scale * cosine of a batch with several centres a class. */
export interface CentreScores {
  /** One matrix [rows, classes] a centre, owned here. */
  readonly each: readonly Raw[]
  /** All centres at unit length, [classes * centres, dim], owned here. */
  readonly unit: Raw
  /** Adds to the gradient by `unit`, before `backward`; takes the handle over. */
  pull(gradient: Raw): void
  /** Gradient by the raw embeddings, from those by `each`, every row counted `weights` times; adds to that of the centres. Frees all but the gradients. */
  backward(gradients: readonly Raw[], weights: Float32Array): Raw
}

/**
 * Scores with a weight [classes * centres, dim] that holds the centres of a class side by side. As one matrix a centre, whatever
 * is done with the centres of a class is arithmetic on whole matrices, five times as fast as along an axis of 2 or 3.
 */
export function centreScores(batch: Vectors, weight: Parameter, centres: number, scale: number): CentreScores {
  const vectors = openVectors(weight.raw)
  const unit = vectors.tensor('unit')
  const parts = split(unit, centres)
  const x = times(batch.tensor('unit'), scale)
  let pulled: Raw | undefined
  const each = parts.map((part) => matMul(x, part, {transposeB: true}))
  return {
    each,
    unit,
    pull: (gradient) => {
      pulled = addGradients(pulled, gradient)
    },
    backward(gradients, weights) {
      const counts = fromHost(weights, [batch.rows, 1])
      const pulls = multiply(x, counts)
      const byCentres = gradients.map((gradient) => matMul(gradient, pulls, {transposeA: true}))
      weight.addGradient(vectors.fromTensor('unit', addGradients(pulled, join(byCentres))))
      const sum = gradients
        .map((gradient, k) => matMul(gradient, parts[k]!))
        .reduce<Raw | undefined>((total, own) => addGradients(total, own), undefined)!
      const shares = times(counts, scale)
      const byRow = multiply(sum, shares)
      free(...each, ...parts, x, counts, pulls, sum, shares)
      vectors.dispose()
      return batch.fromTensor('unit', byRow)
    },
  }
}

/** Every nth row from the first on, from the second on …: [classes, dim] each. */
function split(rows: Raw, centres: number): Raw[] {
  const [count, dim] = rows.shape as [number, number]
  const classes = count / centres
  const wide = reshape(rows, [classes, centres * dim])
  const parts = Array.from({length: centres}, (_, k) => slice(wide, [0, k * dim], [classes, dim]))
  free(wide)
  return parts
}

/** Puts rows back side by side; takes the parts over. */
function join(parts: readonly Raw[]): Raw {
  const [classes, dim] = parts[0]!.shape as [number, number]
  const stack = run('Pack', parts, [type('T', parts[0]!.dtype), int('N', parts.length), int('axis', 1)])
  const rows = reshape(stack, [classes * parts.length, dim])
  free(stack, ...parts)
  return rows
}
