// Operations on the rows of a float32 matrix [rows, dim]; sums and maxima also on those of stacks of matrices.
import {bool, FLOAT, free, INT32, type Raw, run, type} from '../op.ts'
import {above, ints, maximum, multiply, scalar, subtract} from './elementwise.ts'

/** Squared norms below this count as zero: such a row has no direction, stays zero and gets no gradient. */
const NO_LENGTH = 1e-30

/** Rows divided by their length; `scale` [rows, 1] is one over the length, 0 for a row of zeros. */
export interface UnitRows {
  readonly unit: Raw
  readonly scale: Raw
}

export function unitRows(x: Raw): UnitRows {
  const squares = multiply(x, x)
  const lengths = rowSums(squares)
  const floor = scalar(NO_LENGTH)
  const safe = maximum(lengths, floor)
  const inverse = run('Rsqrt', [safe], [type('T', FLOAT)])
  const mask = above(lengths, floor)
  const scale = multiply(inverse, mask)
  const unit = multiply(x, scale)
  free(squares, lengths, floor, safe, inverse, mask)
  return {unit, scale}
}

/** Gradient by x of x / |x|, from that by the unit rows: (g - y (y . g)) / |x|. */
export function unitRowsGradient(gradient: Raw, {unit, scale}: UnitRows): Raw {
  const products = multiply(unit, gradient)
  const along = rowSums(products)
  const radial = multiply(unit, along)
  const tangential = subtract(gradient, radial)
  const result = multiply(tangential, scale)
  free(products, along, radial, tangential)
  return result
}

/** Sum of every row, [rows, 1]. */
export function rowSums(x: Raw): Raw {
  return reduceRows('Sum', x)
}

/** Largest entry of every row, [rows, 1]. */
export function rowMaxima(x: Raw): Raw {
  return reduceRows('Max', x)
}

function reduceRows(operation: 'Sum' | 'Max', x: Raw): Raw {
  const axis = ints([x.shape.length - 1])
  const reduced = run(operation, [x, axis], [type('T', x.dtype), type('Tidx', INT32), bool('keep_dims', true)])
  free(axis)
  return reduced
}
