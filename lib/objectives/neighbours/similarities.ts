import {setImmediate} from 'node:timers/promises'
import type {DescriptorSet} from '../../engine/nearest/sets.ts'
import {bool, FLOAT, free, fromHost, read, run, type} from '../../engine/op.ts'

/** Memory of a block of similarities. */
const BLOCK_BYTES = 2 ** 26

/**
 * Visits the cosine similarities (float32) of every query to all references, a query at a time in order; the array is only
 * valid during the visit. Rows are those of `descriptors`, whose vectors must be of unit length.
 */
export async function visitSimilarities(
  {vectors, dim}: DescriptorSet,
  queries: Int32Array,
  references: Int32Array,
  visit: (query: number, similarities: Float32Array) => void,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const rowsOf = (rows: Int32Array) => {
    const data = new Float32Array(rows.length * dim)
    for (const [place, row] of rows.entries()) data.set(vectors.subarray(row * dim, (row + 1) * dim), place * dim)
    return fromHost(data, [rows.length, dim])
  }
  const right = rowsOf(references)
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / 4 / references.length))
  try {
    for (let start = 0; start < queries.length; start += perBlock) {
      const rows = queries.subarray(start, start + perBlock)
      const left = rowsOf(rows)
      const product = run(
        'MatMul',
        [left, right],
        [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', true)],
      )
      const values = read(product) as Float32Array
      free(left, product)
      for (const [place, row] of rows.entries()) {
        visit(row, values.subarray(place * references.length, (place + 1) * references.length))
      }
      onProgress?.(start + rows.length, queries.length)
      await setImmediate() // lets progress reach the runner
    }
  } finally {
    free(right)
  }
}
