import {setImmediate} from 'node:timers/promises'
import {bool, FLOAT, free, fromHost, INT32, read, run, type} from '../op.ts'

/** Puts items to their nearest centroids, again and again. */
export interface Assignment {
  /** Nearest centroid of every item, the first of equals. */
  assign(centroids: Float32Array): Promise<Int32Array<ArrayBuffer>>
}

/**
 * One product scores a block of items against all centroids: [x, 1] . [c, -|c|^2 / 2] is largest where |x - c| is smallest.
 */
export function openAssignment(vectors: Float32Array, dim: number, clusters: number, memoryBytes: number): Assignment {
  const items = vectors.length / dim
  const rows = Math.max(1, Math.min(items, Math.floor(memoryBytes / 4 / (clusters + dim + 1))))
  const room = new Float32Array(rows * (dim + 1))
  return {
    assign: async (centroids) => {
      const cluster = new Int32Array(items)
      const columns = fromHost(withHalfNorms(centroids, dim), [clusters, dim + 1])
      for (let start = 0; start < items; start += rows) {
        const count = Math.min(rows, items - start)
        const block = room.subarray(0, count * (dim + 1))
        for (let row = 0; row < count; row++) {
          block.set(vectors.subarray((start + row) * dim, (start + row + 1) * dim), row * (dim + 1))
          block[row * (dim + 1) + dim] = 1
        }
        cluster.set(nearestColumns(block, [count, dim + 1], columns), start)
        await setImmediate() // lets a wish to stop reach us
      }
      free(columns)
      return cluster
    },
  }
}

function nearestColumns(
  block: Float32Array,
  shape: readonly number[],
  columns: ReturnType<typeof fromHost>,
): Int32Array {
  const left = fromHost(block, shape)
  const axis = fromHost(Int32Array.of(1), [])
  const scores = run(
    'MatMul',
    [left, columns],
    [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', true)],
  )
  const best = run('ArgMax', [scores, axis], [type('T', FLOAT), type('Tidx', INT32), type('output_type', INT32)])
  const cluster = read(best) as Int32Array
  free(left, axis, scores, best)
  return cluster
}

function withHalfNorms(centroids: Float32Array, dim: number): Float32Array {
  const clusters = centroids.length / dim
  const result = new Float32Array(clusters * (dim + 1))
  for (let cluster = 0; cluster < clusters; cluster++) {
    const centroid = centroids.subarray(cluster * dim, (cluster + 1) * dim)
    result.set(centroid, cluster * (dim + 1))
    result[cluster * (dim + 1) + dim] = -centroid.reduce((sum, value) => sum + value * value, 0) / 2
  }
  return result
}
