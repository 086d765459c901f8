import {bool, FLOAT, free, fromHost, type Raw, read, run, type} from '../../engine/op.ts'
import {times} from '../../engine/ops/elementwise.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import {divergence} from '../divergence.ts'

/** How much of a random walk with restarts from every point ends at every other. */
export interface Diffusion {
  /** (1 - alpha) (I - alpha D^-1/2 S D^-1/2)^-1, [points, points], symmetric; owned here. */
  readonly similarity: Raw
  /** Gradient by the points, from that by the similarity; frees what is held, but neither points nor gradient. */
  backward(gradient: Raw): Raw
}

/** A walk over points of unit length [points, dim], along S = exp(2 max(0, cos)), 0 on the diagonal, with the row sums D. */
export function diffuse(points: Raw, alpha: number): Diffusion {
  const size = points.shape[0]!
  const products = matMul(points, points, {transposeB: true})
  const cosines = read(products) as Float32Array
  const steps = cosines.map((cosine, place) => (place % (size + 1) === 0 ? 0 : Math.exp(2 * Math.max(0, cosine))))
  const sums = Array.from({length: size}, (_, row) =>
    steps.subarray(row * size, (row + 1) * size).reduce((sum, step) => sum + step, 0),
  )
  if (!sums.every(Number.isFinite)) throw divergence(Number.NaN) // TensorFlow would say that the system has no inverse.
  const scales = Float64Array.from(sums, (sum) => 1 / Math.sqrt(sum))
  const system = fromHost(steps.map(toSystem), [size, size])
  const inverse = run('MatrixInverse', [system], [type('T', FLOAT), bool('adjoint', false)])
  free(products, system)
  return {
    similarity: times(inverse, 1 - alpha),
    backward(gradient) {
      const half = matMul(inverse, gradient)
      const whole = matMul(half, inverse)
      const bySystem = read(whole) as Float32Array
      free(half, whole)
      const symmetric = fromHost(byCosines(bySystem), [size, size])
      const byPoints = matMul(symmetric, points)
      free(inverse, symmetric)
      return byPoints
    },
  }

  function toSystem(step: number, place: number): number {
    const [row, column] = [Math.floor(place / size), place % size]
    return (row === column ? 1 : 0) - alpha * step * scales[row]! * scales[column]!
  }

  /** Derivative by cos [i, j] and [j, i] together, from the inverse' derivative between its factors. */
  function byCosines(bySystem: Float32Array): Float32Array {
    const factor = alpha * (1 - alpha)
    const byScales = new Float64Array(size)
    for (let place = 0; place < bySystem.length; place++) {
      const [row, column] = [Math.floor(place / size), place % size]
      const pull = factor * bySystem[place]! * steps[place]!
      byScales[row]! += pull * scales[column]!
      byScales[column]! += pull * scales[row]!
    }
    const bySums = byScales.map((slope, row) => (-slope * scales[row]!) / 2 / sums[row]!)
    const slopes = new Float32Array(bySystem.length)
    for (let place = 0; place < slopes.length; place++) {
      if (cosines[place]! < 0) continue
      const [row, column] = [Math.floor(place / size), place % size]
      const byStep = factor * bySystem[place]! * scales[row]! * scales[column]! + bySums[row]!
      const share = 2 * steps[place]! * byStep
      slopes[place]! += share
      slopes[column * size + row]! += share
    }
    return slopes
  }
}
