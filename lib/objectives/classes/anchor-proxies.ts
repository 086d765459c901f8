import {free, fromHost, type Raw} from '../../engine/op.ts'
import {concatenate, slice} from '../../engine/ops/arrange.ts'
import {filled, multiply, times} from '../../engine/ops/elementwise.ts'
import {readEntries, withEntries} from '../../engine/ops/entries.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import {softmaxRows} from '../../engine/ops/softmax.ts'
import type {Parameter} from '../../engine/parameter.ts'
import type {LossPass} from '../loss.ts'
import {openVectors, type Vectors} from '../vectors.ts'
import {knownTerms} from './known-terms.ts'

interface Request {
  readonly vectors: Vectors
  readonly labels: Int32Array
  readonly proxies: Parameter
  readonly margin: number
  readonly alpha: number
}

/**
 * Terms of the proxies, those that pull and those that push. log(1 + sum of exp(alpha cos + alpha margin)) over the rows of other classes is
 * a softmax over a matrix [classes, rows + 1] whose last column stands for the 1, at -alpha margin, and where rows of the own class are
 * left out; the rows of the own class, one number each, are summed on the host.
 */
export function anchorProxies({vectors, labels, proxies, margin, alpha}: Request): LossPass {
  const {rows} = vectors
  const targets = openVectors(proxies.raw)
  const p = targets.tensor('unit')
  const classes = p.shape[0]!
  const x = withRowOfZeros(vectors.tensor('unit'), alpha)
  const scores = matMul(p, x, {transposeB: true})

  const own = placesOf(labels, (row) => row)
  const ownScores = readEntries(scores, own)
  const rowsOf = groupRows(labels, classes)
  const pullOf = (row: number) => alpha * margin - ownScores[row]!
  const pulls = knownTerms(
    Float64Array.from(rowsOf, (members) => (members.length === 0 ? Number.NaN : logOnePlusSum(members, pullOf))),
  )

  const every = Int32Array.from({length: classes}, (_, proxy) => proxy)
  const outside = withEntries(scores, own, new Float32Array(rows).fill(Number.NEGATIVE_INFINITY))
  const logits = withEntries(
    outside,
    placesOf(every, () => rows),
    new Float32Array(classes).fill(-alpha * margin),
  )
  const {probabilities, logSums} = softmaxRows(logits)
  free(logits)
  const pushes = knownTerms(logSums.map((sum) => sum + alpha * margin))

  return {
    terms: [pulls, pushes],
    gradient() {
      const counts = fromHost(pushes.weights, [classes, 1])
      const weighted = multiply(probabilities, counts)
      const pulling = ownScores.map((_, row) => {
        const proxy = labels[row]!
        return -pulls.weights[proxy]! * Math.exp(pullOf(row) - pulls.values[proxy]!)
      })
      const gradient = withEntries(weighted, own, pulling)
      proxies.addGradient(targets.fromTensor('unit', matMul(gradient, x)))
      const sums = matMul(gradient, p, {transposeA: true})
      const ownSums = slice(sums, [0, 0], [rows, vectors.dim])
      const byRow = times(ownSums, alpha)
      free(probabilities, counts, gradient, x, sums, ownSums)
      targets.dispose()
      return vectors.fromTensor('unit', byRow)
    },
  }
}

/** The scores of the row of zeros can be set to anything without pulling at an embedding. */
function withRowOfZeros(unit: Raw, scale: number): Raw {
  const scaled = times(unit, scale)
  const zeros = filled(0, [1, unit.shape[1]!])
  const joined = concatenate([scaled, zeros])
  free(scaled, zeros)
  return joined
}

function placesOf(proxies: Int32Array, columnOf: (i: number) => number): Int32Array {
  const places = new Int32Array(2 * proxies.length)
  proxies.forEach((proxy, i) => {
    places[2 * i] = proxy
    places[2 * i + 1] = columnOf(i)
  })
  return places
}

function groupRows(labels: Int32Array, classes: number): number[][] {
  const rowsOf: number[][] = Array.from({length: classes}, () => [])
  for (const [row, label] of labels.entries()) rowsOf[label]!.push(row)
  return rowsOf
}

/** log(1 + sum of exp(x)); the largest is taken off first, so that nothing overflows. */
function logOnePlusSum(items: readonly number[], value: (item: number) => number): number {
  const values = items.map(value)
  const largest = Math.max(0, ...values)
  return largest + Math.log(values.reduce((sum, one) => sum + Math.exp(one - largest), Math.exp(-largest)))
}
