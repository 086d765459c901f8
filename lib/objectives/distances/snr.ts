import type {Raw} from '../../engine/op.ts'
import type {Space, Vectors} from '../vectors.ts'
import {sumsOf} from './sums.ts'

/** Variances below this are rounding noise: such an anchor carries no signal, is at distance 0 from all and gets no gradient. */
const NOISE = 1e-12

/**
 * var(x - y) / var(x) = (C_xx + C_yy - 2 C_xy) / C_xx, where C are products of vectors less the mean of their numbers (Yuan et al.
 * 2019, equation 5: the anchor x is the signal, x - y the noise). Not symmetric.
 */
export function openSnr(vectors: Vectors, space: Space) {
  const {rows, columns, dim} = vectors
  const {products, squaredLengths} = vectors.gram(space)
  const sums = sumsOf(vectors, space)
  const variance = Float64Array.from(squaredLengths, (length, i) => Math.max(0, length - sums[i]! ** 2 / dim))
  const values = new Float32Array(products.length)
  for (let row = 0; row < rows; row++) {
    const own = variance[row]!
    if (own <= NOISE) continue
    for (let column = 0; column < columns; column++) {
      const place = row * columns + column
      const common = products[place]! - (sums[row]! * sums[column]!) / dim
      if (column !== row) values[place] = Math.max(0, (own + variance[column]! - 2 * common) / own)
    }
  }
  const gradient = new Float32Array(values.length)

  /** From the derivative by the ratios to that by the products C, in place; C_xx and C_yy of the batch are on the diagonal. */
  const backward = (): Raw => {
    const ofVariance = new Float64Array(rows)
    for (let row = 0; row < rows; row++) {
      const own = variance[row]!
      for (let column = 0; column < columns; column++) {
        const place = row * columns + column
        const share = column === row || own <= NOISE ? 0 : gradient[place]! / own
        // (C_yy - 2 C_xy) / C_xx is the ratio less 1.
        ofVariance[row]! -= share * (values[place]! - 1)
        if (column < rows) ofVariance[column]! += share
        gradient[place] = -2 * share
      }
    }
    for (let row = 0; row < rows; row++) gradient[row * columns + row] = ofVariance[row]!
    return vectors.fromGram(space, gradient, 'centred')
  }
  return {rows, columns, values, sign: 1 as const, gradient, backward}
}
