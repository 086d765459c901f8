import {bool, FLOAT, free, fromHost, read, run, type} from './op.ts'

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
    const product = run(
      'MatMul',
      [left, matrix],
      [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', true)],
    )
    result.set(read(product) as Float32Array, start * outputs)
    free(left, product)
  }
  free(matrix)
  return unitRows(result, outputs)
}

/** Divides every row by its length, in place; a row of zeros stays. */
export function unitRows(vectors: Float32Array, dim: number): Float32Array {
  for (let from = 0; from < vectors.length; from += dim) {
    let sum = 0
    for (let at = from; at < from + dim; at++) sum += vectors[at]! ** 2
    const length = Math.sqrt(sum) || 1
    for (let at = from; at < from + dim; at++) vectors[at]! /= length
  }
  return vectors
}
