import {fromHost, type Raw} from '../../engine/op.ts'
import {addGradients, type Space, type Vectors} from '../vectors.ts'
import {NOISE} from './noise.ts'
import {sumsOf} from './sums.ts'

/**
 * |x - y + epsilon|, epsilon added to every number: what PyTorch's pairwise_distance and cnnimageretrieval compute to keep gradients
 * finite. |x - y + e|^2 = |x - y|^2 + 2 e (sum x - sum y) + dim e^2.
 */
export function openShifted(vectors: Vectors, space: Space, epsilon: number) {
  const {rows, columns, dim} = vectors
  const {products, squaredLengths} = vectors.gram(space)
  const sums = sumsOf(vectors, space)
  const values = new Float32Array(products.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const place = row * columns + column
      const squared = row === column ? 0 : squaredLengths[row]! + squaredLengths[column]! - 2 * products[place]!
      const shift = 2 * epsilon * (sums[row]! - sums[column]!)
      values[place] = Math.sqrt(Math.max(0, squared + shift + dim * epsilon ** 2))
    }
  }
  const gradient = new Float32Array(values.length)
  const backward = (): Raw => {
    const lengths = new Float64Array(rows)
    const constants = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column
        const share = values[place]! <= NOISE || row === column ? 0 : gradient[place]! / values[place]!
        gradient[place] = -share
        lengths[row]! += share / 2
        constants[row]! += share * epsilon
        if (column >= rows) continue
        lengths[column]! += share / 2
        constants[column]! -= share * epsilon
      }
    }
    for (let row = 0; row < rows; row++) gradient[row * columns + row] = lengths[row]!
    const shift = Float32Array.from({length: rows * dim}, (_, i) => constants[Math.floor(i / dim)]!)
    return addGradients(vectors.fromGram(space, gradient), vectors.fromTensor(space, fromHost(shift, [rows, dim])))
  }
  return {rows, columns, values, sign: 1 as const, gradient, backward}
}
