import {free, fromHost, type Raw, read} from '../../engine/op.ts'
import {add, gatherRows, multiply} from '../../engine/ops/elementwise.ts'
import {addToRows} from '../../engine/ops/entries.ts'
import {rowSums} from '../../engine/ops/rows.ts'
import type {Parameter} from '../../engine/parameter.ts'
import type {LossOpener} from '../loss.ts'
import type {Space} from '../vectors.ts'
import {normal} from './initial.ts'
import {multipleAngle} from './multiple-angle.ts'
import {productScores} from './scores.ts'
import {softmaxPass} from './softmax-pass.ts'

interface MultipleAngle {
  readonly margin: number
  readonly scale: number
  readonly normalise: boolean
}

/** Softmax cross-entropy of products whose own angle is multiplied; lengths that are not normalised are part of the logits. */
export function multipleAngleLoss<Parameters extends MultipleAngle>(classSpace: Space): LossOpener<Parameters> {
  return ({margin, scale, normalise}, {classes, dim, weight}) => {
    const classWeights = weight('class_weights', [classes, dim], normal(1))
    const space = normalise ? 'unit' : 'raw'
    return {
      compares: 'batch',
      weights: [classWeights],
      start({vectors, labels}) {
        const own = ownRows(classWeights, labels)
        const ownLengths = classSpace === 'raw' ? lengthsOf(own) : undefined
        const lengths = space === 'raw' ? lengthsOf(vectors.tensor('raw')) : undefined
        const reach = Array.from(labels, (_, row) => scale * (lengths?.[row] ?? 1) * (ownLengths?.[row] ?? 1))
        const bend = (score: number, row: number) => multipleAngle(reach[row] === 0 ? 0 : score / reach[row]!, margin)
        const scores = productScores(vectors, classWeights, {embeddings: space, classes: classSpace, scale})
        const pass = softmaxPass(scores, labels, {
          value: (score, row) => reach[row]! * bend(score, row).value,
          slope: (score, row) => bend(score, row).slope,
        })
        return {
          terms: pass.terms,
          gradient() {
            const products = pass.gradient()
            const stretch = pass.stretch()
            if (ownLengths !== undefined) {
              const pulls = alongRows(own, stretch, ownLengths)
              classWeights.addGradient(addToRows(classWeights.takeGradient()!, labels, pulls))
              free(pulls)
            }
            free(own)
            if (lengths === undefined) return products
            return add(products, alongRows(vectors.tensor('raw'), stretch, lengths), 'consume')
          },
        }
      },
    }
  }
}

/** The weights of every row's own class. */
function ownRows(weights: Parameter, labels: Int32Array): Raw {
  const indices = fromHost(labels, [labels.length])
  const rows = gatherRows(weights.raw, indices)
  free(indices)
  return rows
}

function lengthsOf(matrix: Raw): Float32Array {
  const squares = multiply(matrix, matrix)
  const sums = rowSums(squares)
  const lengths = (read(sums) as Float32Array).map(Math.sqrt)
  free(squares, sums)
  return lengths
}

/** From a derivative by the logarithm of every row's length to that by the row: it points along the row. */
function alongRows(matrix: Raw, byLogLength: Float32Array, lengths: Float32Array): Raw {
  const factors = byLogLength.map((slope, row) => (lengths[row] === 0 ? 0 : slope / lengths[row]! ** 2))
  const column = fromHost(factors, [factors.length, 1])
  const product = multiply(matrix, column)
  free(column)
  return product
}
