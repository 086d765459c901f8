import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {compareAll} from '../../../lib/report/analysis/retrieval.ts'
import type {DescribedImages} from '../../../lib/report/facts.ts'
import {describedImages} from '../fixtures.ts'

test('recall@k is the share of queries with their class among the k nearest, as full sorting finds it', () => {
  const points = fc.array(fc.tuple(fc.integer({min: 0, max: 9}), fc.integer({min: 0, max: 3})), {
    minLength: 2,
    maxLength: 14,
  })
  fc.assert(
    fc.property(points, (drawn) => {
      // On a line of whole numbers ties and duplicates are frequent.
      const set = {
        id: Int32Array.from(drawn.keys()),
        label: Int32Array.from(drawn, ([, label]) => label),
        dim: 1,
        vectors: Float32Array.from(drawn, ([place]) => place),
      }
      const {recall, queryCount} = compareAll(set)
      const naive = naiveRecall(set)
      assert.equal(queryCount, naive.queries)
      for (const [i, value] of recall.entries()) {
        if (naive.queries === 0) assert.ok(Number.isNaN(value))
        else assert.ok(Math.abs(value - naive.recall(i + 1)) < 1e-12)
      }
    }),
  )
})

test('both histograms sum to 1 and count every ordered pair of images once', () => {
  const set = describedImages([0, 0, 0, 1, 1, 2])
  const {histogram} = compareAll(set)
  const sum = (shares: Float64Array) => shares.reduce((total, share) => total + share, 0)
  assert.ok(Math.abs(sum(histogram.positive) - 1) < 1e-9)
  assert.ok(Math.abs(sum(histogram.negative) - 1) < 1e-9)
  assert.equal(histogram.positiveCount, 3 * 2 + 2 * 1)
  assert.equal(histogram.negativeCount, 6 * 5 - histogram.positiveCount)
})

test('descriptors far longer than 1 still have a histogram', () => {
  const set = {
    ...describedImages([0, 0, 1, 1]),
    vectors: describedImages([0, 0, 1, 1]).vectors.map((value) => 40 * value),
  }
  const {histogram} = compareAll(set)
  assert.ok(histogram.binWidth > 0.1, `${histogram.binWidth}`)
  assert.ok(Math.abs(histogram.negative.reduce((total, share) => total + share, 0) - 1) < 1e-9)
})

function naiveRecall({label, vectors}: DescribedImages) {
  const rows = [...label.keys()]
  const asked = rows.filter((row) => rows.some((other) => other !== row && label[other] === label[row]))
  const ranking = (row: number) =>
    rows
      .filter((other) => other !== row)
      .sort((a, b) => Math.abs(vectors[a]! - vectors[row]!) - Math.abs(vectors[b]! - vectors[row]!) || a - b)
  const hits = (k: number) =>
    asked.filter((row) =>
      ranking(row)
        .slice(0, k)
        .some((other) => label[other] === label[row]),
    )
  return {queries: asked.length, recall: (k: number) => hits(k).length / asked.length}
}
