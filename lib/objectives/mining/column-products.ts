import {free, read} from '../../engine/op.ts'
import {matMul} from '../../engine/ops/matrix.ts'
import type {Space, Vectors} from '../vectors.ts'

/** Inner products of all columns with all columns, [columns * columns]: those of the batch itself where there are no references. */
export function columnProducts(vectors: Vectors, space: Space): Float32Array {
  if (vectors.columns === vectors.rows) return vectors.gram(space).products
  const all = vectors.allColumns(space)
  const tensor = matMul(all, all, {transposeB: true})
  const products = read(tensor) as Float32Array
  free(tensor)
  return products
}
