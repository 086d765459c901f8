import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {rerank} from '../../lib/metrics/rerank.ts'
import {openRandom} from '../../lib/random.ts'

/** The paper's equations over full matrices. */
function slowOrder(distances: number[][], k1: number, k2: number, lambda: number): number[][] {
  const items = distances.map((_, item) => item)
  // Every item comes first in its own ranking, as in the authors' code.
  const ranking = items.map((item) =>
    [...items].sort((a, b) =>
      a === item ? -1 : b === item ? 1 : distances[item]![a]! - distances[item]![b]! || a - b,
    ),
  )
  const nearest = (item: number, k: number) => ranking[item]!.slice(0, k + 1)
  const reciprocal = (item: number, k: number) => nearest(item, k).filter((other) => nearest(other, k).includes(item))
  const vectors = items.map((item) => {
    const own = reciprocal(item, k1)
    const expanded = new Set(own)
    for (const other of own) {
      const half = reciprocal(other, Math.round(k1 / 2))
      if (half.filter((one) => own.includes(one)).length >= (2 / 3) * half.length)
        for (const one of half) expanded.add(one)
    }
    const weights = items.map((other) => (expanded.has(other) ? Math.exp(-distances[item]![other]!) : 0))
    const sum = weights.reduce((total, weight) => total + weight, 0)
    return weights.map((weight) => weight / sum)
  })
  const averaged = items.map((item) =>
    items.map(
      (at) =>
        nearest(item, k2 - 1).reduce((sum, other) => sum + vectors[other]![at]!, 0) / nearest(item, k2 - 1).length,
    ),
  )
  const jaccard = (a: number, b: number) => {
    const pairs = items.map((at) => [averaged[a]![at]!, averaged[b]![at]!] as const)
    const sum = (pick: (one: number, two: number) => number) => pairs.reduce((total, pair) => total + pick(...pair), 0)
    return 1 - sum(Math.min) / sum(Math.max)
  }
  return items.map((item) => {
    const score = (other: number) => (1 - lambda) * jaccard(item, other) + lambda * distances[item]![other]!
    const scores = items.map(score)
    return ranking[item]!.slice(1).sort((a, b) =>
      Math.abs(scores[a]! - scores[b]!) < 1e-12 ? 0 : scores[a]! - scores[b]!,
    )
  })
}

test('equals the equations over full matrices when all others are candidates', () => {
  const cases = fc.record({
    items: fc.integer({min: 2, max: 25}),
    k1: fc.integer({min: 1, max: 12}),
    k2: fc.integer({min: 1, max: 6}),
    lambda: fc.constantFrom(0.1, 0.3, 1),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(cases, ({items, k1, k2, lambda, seed}) => {
      const random = openRandom('rerank', seed)
      const points = Array.from({length: items}, () => [random.normal(), random.normal()])
      const distances = points.map((a) => points.map((b) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!)))
      const others = distances.map((row, item) =>
        [...row.keys()].filter((other) => other !== item).sort((a, b) => row[a]! - row[b]! || a - b),
      )
      const lists = {k: items - 1, rows: Int32Array.from(others.flat())}
      const order = rerank(lists, lists, [...others.keys()], {k1, k2, lambda, distance: (a, b) => distances[a]![b]!})
      assert.deepEqual(
        others.map((_, item) => [...order.subarray(item * (items - 1), (item + 1) * (items - 1))]),
        slowOrder(distances, k1, k2, lambda),
      )
    }),
    {numRuns: 200},
  )
})

test('places that are not filled stay so, and lambda 1 changes nothing', () => {
  const lists = {k: 3, rows: Int32Array.of(1, 2, -1, 0, 2, -1, 1, 0, -1)}
  const distance = (a: number, b: number) => Math.abs(a - b)
  assert.deepEqual([...rerank(lists, lists, [0, 1, 2], {k1: 2, k2: 1, lambda: 1, distance})], [...lists.rows])
})
