import {normaliseRows} from './normalise-rows.ts'
import {free, fromHost, read} from './op.ts'
import {matMul} from './ops/matrix.ts'

const blockRows = 4096

/** Rows [items, dim] less `mean`, times `rows` [outputs, dim] each, divided by their length: [items, outputs] of unit length. */
export function project(
  vectors: Float32Array,
  {mean, rows}: {readonly mean: Float64Array; readonly rows: Float64Array},
): Float32Array {
  const dim = mean.length
  const outputs = rows.length / dim
  const items = vectors.length / dim
  const result = new Float32Array(items * outputs)
  const matrix = fromHost(Float32Array.from(rows), [outputs, dim])
  for (let start = 0; start < items; start += blockRows) {
    const block = vectors.slice(start * dim, (start + blockRows) * dim)
    for (let at = 0; at < block.length; at++) block[at]! -= mean[at % dim]!
    const left = fromHost(block, [block.length / dim, dim])
    const product = matMul(left, matrix, {transposeB: true})
    result.set(read(product) as Float32Array, start * outputs)
    free(left, product)
  }
  free(matrix)
  return normaliseRows(result, outputs)
}
