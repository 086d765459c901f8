import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {learnWhitening} from '../../lib/metrics/space/learned-whitening.ts'
import {learnProjection, type Projection} from '../../lib/metrics/space/projection.ts'
import {golden} from '../golden.ts'

interface Entry {
  readonly id: string
  readonly mean: number[]
  readonly eigenvalues: number[]
  readonly projection: number[][]
  readonly whitened_first5: number[][]
  readonly whitened_first5_reduced: number[][]
  readonly reduced_dim: number
  readonly gram_first8: number[][]
  readonly min_eig_index?: number
  readonly query_ids?: number[]
  readonly positive_ids?: number[]
}

const {vectors, entries} = (golden('heads.json') as {whitening: {vectors: number[][]; entries: Entry[]}}).whitening

describe('principal components whiten as cnnimageretrieval does', () => {
  const known = entries.filter(({id}) => id.startsWith('pca-whitening'))

  test('there are entries', () => assert.ok(known.length > 0))

  for (const entry of known) {
    test(`${entry.id}: mean, spread, projection and what comes out`, () => {
      const mean = meanOf(vectors)
      const shrinkTo = entry.min_eig_index ?? null
      compare(entry, (outputs) =>
        learnProjection(Float64Array.from(mean), covarianceOf(vectors, mean), {
          kind: 'pca-whitening',
          outputs,
          shrinkTo,
        }),
      )
    })
  }
})

describe('matching pairs whiten as cnnimageretrieval does', () => {
  const known = entries.filter(({query_ids}) => query_ids !== undefined)

  test('there are entries, and none of the file is left out', () => {
    assert.ok(known.length > 0)
    const others = entries.filter((entry) => !known.includes(entry) && !entry.id.startsWith('pca-whitening'))
    assert.deepEqual(others, [])
  })

  for (const entry of known) {
    test(`${entry.id}: mean, spread, projection and what comes out`, () => {
      const queries = entry.query_ids!.map((id) => vectors[id]!)
      const apart = queries.map((row, pair) => {
        const other = vectors[entry.positive_ids![pair]!]!
        return row.map((value, i) => value - other[i]!)
      })
      const mean = meanOf(queries)
      const statistics = {
        mean: Float64Array.from(mean),
        differences: covarianceOf(
          apart,
          mean.map(() => 0),
        ),
        scatter: covarianceOf(vectors, mean).map((value) => value * vectors.length),
      }
      compare(entry, (outputs) => learnWhitening(statistics, outputs))
    })
  }
})

function compare(entry: Entry, learn: (outputs: number | null) => Projection): void {
  const all = learn(null)
  close([...all.mean], entry.mean)
  close([...all.eigenvalues], entry.eigenvalues)
  close([...all.rows], entry.projection.flat())
  const whitened = vectors.map((row) => apply(all, row))
  close(whitened.slice(0, 5).flat(), entry.whitened_first5.flat())
  const reduced = learn(entry.reduced_dim)
  close(
    vectors.slice(0, 5).flatMap((row) => apply(reduced, row)),
    entry.whitened_first5_reduced.flat(),
  )
  const first = whitened.slice(0, 8)
  close(
    first.flatMap((a) => first.map((b) => dot(a, b))),
    entry.gram_first8.flat(),
  )
}

/** As the originals do: a small number keeps zeros from being divided by zero. */
function apply({mean, rows}: Projection, vector: number[]): number[] {
  const dim = mean.length
  const centred = vector.map((value, i) => value - mean[i]!)
  const turned = Array.from({length: rows.length / dim}, (_, row) =>
    dot([...rows.subarray(row * dim, (row + 1) * dim)], centred),
  )
  return turned.map((value) => value / (Math.hypot(...turned) + 1e-6))
}

function meanOf(rows: number[][]): number[] {
  return rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
}

function covarianceOf(rows: number[][], mean: number[]): Float64Array {
  const centred = rows.map((row) => row.map((value, i) => value - mean[i]!))
  const column = (i: number) => centred.map((row) => row[i]!)
  return Float64Array.from(mean.flatMap((_, a) => mean.map((_, b) => dot(column(a), column(b)) / rows.length)))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

function close(got: readonly number[], expected: readonly number[]): void {
  assert.equal(got.length, expected.length)
  for (const [at, value] of got.entries())
    assert.ok(
      Math.abs(value - expected[at]!) < 1e-7 * Math.max(1, Math.abs(expected[at]!)),
      `${at}: ${value}, not ${expected[at]}`,
    )
}
