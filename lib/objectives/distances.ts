import type {Raw} from '../engine/op.ts'
import {openLp} from './distances/lp.ts'
import {NOISE} from './distances/noise.ts'
import {openShifted} from './distances/shifted.ts'
import {openSnr} from './distances/snr.ts'
import type {DistanceSpec} from './parameters/distance.ts'
import type {Space, Vectors} from './vectors.ts'

/** Distances (or similarities) of every row of a batch to every column (vectors.ts), on the host. */
export interface DistanceMatrix {
  readonly rows: number
  readonly columns: number
  /** [rows * columns]: entry row * columns + column. */
  readonly values: Float32Array
  /** 1: larger is farther; -1: larger is nearer. sign * (a - b) > 0 then says that a is farther than b. */
  readonly sign: 1 | -1
}

/** A distance with its way back. */
export interface Distance extends DistanceMatrix {
  /** Derivative of the loss by each of `values`: losses add to it. */
  readonly gradient: Float32Array
  /** Gradient by the raw embeddings [rows, dim]. Called once, at the end: it uses `gradient` up. */
  backward(): Raw
}

/** Opens a distance on the vectors of a batch. */
export function openDistance(vectors: Vectors, spec: DistanceSpec): Distance {
  const space = spec.normalise ? 'unit' : 'raw'
  switch (spec.name) {
    case 'similarity':
      return openSimilarity(vectors, space)
    case 'squared':
      return openSquared(vectors, space)
    case 'euclidean':
      return spec.epsilon ? openShifted(vectors, space, spec.epsilon) : openEuclidean(vectors, space)
    case 'lp':
      return openLp(vectors, space, spec.p!)
    case 'snr':
      return openSnr(vectors, space)
  }
}

/** Inner products; of unit vectors: cosines. */
function openSimilarity(vectors: Vectors, space: Space): Distance {
  const {products} = vectors.gram(space)
  const gradient = new Float32Array(products.length)
  return {...shape(vectors), values: products, sign: -1, gradient, backward: () => vectors.fromGram(space, gradient)}
}

/** |x - y|^2 = |x|^2 + |y|^2 - 2 x y. */
function openSquared(vectors: Vectors, space: Space): Distance {
  const values = squaredDistances(vectors, space)
  const gradient = new Float32Array(values.length)
  const backward = () => {
    multiplyAll(gradient, -2)
    return fromSquares(vectors, space, gradient)
  }
  return {...shape(vectors), values, sign: 1, gradient, backward}
}

/** |x - y|; no gradient where two vectors coincide. */
function openEuclidean(vectors: Vectors, space: Space): Distance {
  const values = squaredDistances(vectors, space)
  for (let i = 0; i < values.length; i++) values[i] = Math.sqrt(values[i]!)
  const gradient = new Float32Array(values.length)
  const backward = () => {
    divideAll(gradient, values)
    return fromSquares(vectors, space, gradient)
  }
  return {...shape(vectors), values, sign: 1, gradient, backward}
}

function squaredDistances(vectors: Vectors, space: Space): Float32Array {
  const {rows, columns} = vectors
  const {products, squaredLengths} = vectors.gram(space)
  const values = new Float32Array(products.length)
  for (let row = 0, place = 0; row < rows; row++) {
    const own = squaredLengths[row]!
    for (let column = 0; column < columns; column++, place++) {
      values[place] = Math.max(0, own + squaredLengths[column]! - 2 * products[place]!)
    }
    values[row * columns + row] = 0
  }
  return values
}

function multiplyAll(gradient: Float32Array, factor: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i]! *= factor
}

/** From the derivative by distances to -2 times that by their squares; flat where two vectors coincide. */
function divideAll(gradient: Float32Array, distances: Float32Array): void {
  for (let i = 0; i < gradient.length; i++) {
    const distance = distances[i]!
    gradient[i] = distance > NOISE ? -gradient[i]! / distance : 0
  }
}

/** Gradient by the raw embeddings from -2 times that by |x|^2 + |y|^2 - 2 x y, whose lengths are the products on the diagonal. */
function fromSquares(vectors: Vectors, space: Space, gradient: Float32Array): Raw {
  const {rows, columns} = vectors
  // A vector has no distance to itself.
  for (let row = 0; row < rows; row++) gradient[row * columns + row] = 0
  if (space === 'raw') {
    const lengths = sumsOfBoth(rows, columns, gradient)
    for (let row = 0; row < rows; row++) gradient[row * columns + row] = lengths[row]! / -2
  }
  // Unit vectors keep their length: projecting on the sphere removes what would change it.
  return vectors.fromGram(space, gradient)
}

/** Of every row of the batch: all that stands in its row and in its column. */
function sumsOfBoth(rows: number, columns: number, gradient: Float32Array): Float64Array {
  const sums = new Float64Array(columns)
  for (let row = 0, place = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++, place++) {
      sum += gradient[place]!
      sums[column]! += gradient[place]!
    }
    sums[row]! += sum
  }
  return sums
}

function shape({rows, columns}: Vectors) {
  return {rows, columns}
}
