import {free, fromHost, type Raw, read} from '../../engine/op.ts'
import {concatenate, slice} from '../../engine/ops/arrange.ts'
import {add} from '../../engine/ops/elementwise.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import type {Parameter} from '../../engine/parameter.ts'
import type {LossPass} from '../loss.ts'
import {openVectors, type Vectors} from '../vectors.ts'
import {behindOwn} from './behind-own.ts'
import {diffuse} from './diffusion.ts'
import {knownTerms} from './known-terms.ts'

interface Targets {
  readonly proxies: Parameter
  /** Number of every row's proxy. */
  readonly own: Int32Array
}

interface Settings {
  readonly lambda_c: number
  readonly alpha: number
  readonly margin: number
}

/**
 * One term a row: how little a random walk from it prefers its own proxy, and how little its whole row of similarities is like that of
 * its proxy. Work grows like (rows + proxies)^3, in TensorFlow; what is done entry by entry is done on the host.
 */
export function walkToProxies(
  vectors: Vectors,
  {proxies, own}: Targets,
  {lambda_c, alpha, margin}: Settings,
): LossPass {
  const {rows, dim} = vectors
  const targets = openVectors(proxies.raw)
  const count = proxies.shape[0]!
  const points = concatenate([vectors.tensor('unit'), targets.tensor('unit')])
  const walk = diffuse(points, alpha)
  const ends = towardsProxies(walk.similarity, rows, count)
  const context = openContext(walk.similarity, rows, count)
  const intrinsic = behindOwn(ends.values, own, margin)
  const alike = behindOwn(context.values, own, margin)
  const terms = knownTerms(intrinsic.values.map((value, row) => value + lambda_c * alike.values[row]!))
  return {
    terms: [terms],
    gradient() {
      const byEnds = ends.backward(intrinsic.gradient(terms.weights))
      const byContext = context.backward(alike.gradient(terms.weights.map((weight) => weight * lambda_c)))
      const bySimilarity = add(byEnds, byContext, 'consume')
      const byPoints = walk.backward(bySimilarity)
      const byRows = slice(byPoints, [0, 0], [rows, dim])
      proxies.addGradient(targets.fromTensor('unit', slice(byPoints, [rows, 0], [count, dim])))
      free(points, walk.similarity, bySimilarity, byPoints)
      targets.dispose()
      return vectors.fromTensor('unit', byRows)
    },
  }
}

/** Numbers of rows against proxies, with the way back to the similarity of all points. */
interface Scores {
  /** [rows * proxies] */
  readonly values: Float32Array
  backward(gradient: Float32Array): Raw
}

function towardsProxies(similarity: Raw, rows: number, count: number): Scores {
  const size = rows + count
  const block = slice(similarity, [0, rows], [rows, count])
  const values = read(block) as Float32Array
  free(block)
  return {
    values,
    backward(gradient) {
      const whole = new Float32Array(size * size)
      for (let row = 0; row < rows; row++) {
        whole.set(gradient.subarray(row * count, (row + 1) * count), row * size + rows)
      }
      return fromHost(whole, [size, size])
    },
  }
}

/** Cosines between the rows of the similarity that belong to rows of the batch and those that belong to proxies. */
function openContext(similarity: Raw, rows: number, count: number): Scores {
  const size = rows + count
  const points = openVectors(similarity)
  const unit = points.tensor('unit')
  const own = slice(unit, [0, 0], [rows, size])
  const proxies = slice(unit, [rows, 0], [count, size])
  const cosines = matMul(own, proxies, {transposeB: true})
  const values = read(cosines) as Float32Array
  free(cosines)
  return {
    values,
    backward(gradient) {
      const pulls = fromHost(gradient, [rows, count])
      const parts = [matMul(pulls, proxies), matMul(pulls, own, {transposeA: true})]
      const bySimilarity = points.fromTensor('unit', concatenate(parts))
      free(own, proxies, pulls, ...parts)
      points.dispose()
      return bySimilarity
    },
  }
}
