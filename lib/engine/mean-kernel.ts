import {eachBlock} from './nearest/each-block.ts'
import {blockSize, product} from './nearest/operand.ts'
import {arrange} from './nearest/search.ts'
import type {DescriptorSet} from './nearest/sets.ts'
import {bool, FLOAT, free, fromHost, INT32, type Raw, read, run, type} from './op.ts'
import type {Savepoints} from './savepoints.ts'

/**
 * Mean over all pairs of different rows of exp(-2 |x - y|^2), a block of pairs at a time; NaN for fewer than two rows. Sums of a row
 * of a block are float32, the rest float64.
 */
export async function meanGaussian(
  set: DescriptorSet,
  {onProgress, savepoints}: {onProgress?: (done: number, total: number) => void; savepoints?: Savepoints} = {},
): Promise<number> {
  const items = set.id.length
  const search = arrange({queries: set, references: set, exclude: 'self'})
  const sum = new Float64Array(1)
  const [skip = 0] = savepoints?.reached ?? []
  if (skip > 0) await savepoints?.restore({sum})
  await eachBlock(
    {search, size: blockSize(2 ** 25, set.dim), from: 0, to: items, once: true, skip},
    (rows, columns, mirrored) => {
      const scores = product(rows, columns)
      const sums = rowSums(scores)
      // Rows beyond the last are infinitely far from all others, but not from each other.
      for (let row = 0; row < rows.count; row++) sum[0]! += (mirrored ? 2 : 1) * sums[row]!
      free(scores)
    },
    async (done, total) => {
      onProgress?.(Math.floor((done / total) * items), items)
      if (done < total) await savepoints?.reach([done], {sum})
      else await savepoints?.finish([done], {sum})
    },
  )
  // Every row with itself: exp(0).
  return (sum[0]! - items) / (items * (items - 1))
}

/** Sums over columns of exp(4 s): a score is -|x - y|^2 / 2. */
function rowSums(scores: Raw): Float32Array {
  const four = fromHost(Float32Array.of(4), [])
  const axis = fromHost(Int32Array.of(1), [1])
  const exponents = run('Mul', [scores, four], [type('T', FLOAT)])
  const kernel = run('Exp', [exponents], [type('T', FLOAT)])
  const sums = run('Sum', [kernel, axis], [type('T', FLOAT), bool('keep_dims', false), type('Tidx', INT32)])
  const values = read(sums) as Float32Array
  free(four, axis, exponents, kernel, sums)
  return values
}
