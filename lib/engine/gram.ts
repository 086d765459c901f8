import {free, fromHost, read} from './op.ts'
import {matMul} from './ops/matrix.ts'

/** Rows of a block: their product is exact enough in float32, blocks are added in float64. */
const blockRows = 4096

/** X'X of rows [items, dim], each first less `centre`: [dim, dim] in float64. */
export function gramMatrix(vectors: Float32Array, dim: number, centre?: Float32Array): Float64Array {
  const sum = new Float64Array(dim * dim)
  for (let start = 0; start < vectors.length / dim; start += blockRows) {
    const block = vectors.slice(start * dim, (start + blockRows) * dim)
    if (centre !== undefined) for (let at = 0; at < block.length; at++) block[at]! -= centre[at % dim]!
    const rows = fromHost(block, [block.length / dim, dim])
    const product = matMul(rows, rows, {transposeA: true})
    const values = read(product) as Float32Array
    for (let at = 0; at < sum.length; at++) sum[at]! += values[at]!
    free(rows, product)
  }
  return sum
}
