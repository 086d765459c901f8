import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {mapAtR} from '../../lib/metrics/map-at-r.ts'
import {measure, neighboursNeeded} from '../../lib/metrics/measure.ts'
import {precisionAt1} from '../../lib/metrics/precision-at-1.ts'
import {rPrecision} from '../../lib/metrics/r-precision.ts'
import {openRandom} from '../../lib/random.ts'

describe('of one query', () => {
  const hits = Uint8Array.of(0, 1, 1, 0, 1)

  test('precision at 1 is whether the nearest is relevant', () => {
    assert.equal(precisionAt1(hits, 3), 0)
    assert.equal(precisionAt1(hits.subarray(1), 3), 1)
  })

  test('R-precision is the share of relevant items among the first R', () => {
    assert.equal(rPrecision(hits, 3), 2 / 3)
    assert.equal(rPrecision(hits, 4), 2 / 4)
  })

  test('MAP@R adds the precision at every relevant rank up to R and divides by R', () => {
    assert.equal(mapAtR(hits, 3), (1 / 2 + 2 / 3) / 3)
    assert.equal(mapAtR(hits, 5), (1 / 2 + 2 / 3 + 3 / 5) / 5)
    assert.equal(mapAtR(Uint8Array.of(1, 1), 2), 1)
  })
})

describe('over a set', () => {
  test('every measure equals the slow definition, lone items left out and counted', () => {
    const sets = fc.record({
      count: fc.integer({min: 2, max: 40}),
      classes: fc.integer({min: 1, max: 15}),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(sets, ({count, classes, seed}) => {
        const random = openRandom('measure', seed)
        const id = Int32Array.from({length: count}, (_, row) => 7 * row + 1)
        const label = id.map(() => random.below(classes))
        const rankings = Array.from(id, (own) => random.shuffled([...id].filter((other) => other !== own)))
        const k = neighboursNeeded(label)
        const neighbours = Int32Array.from(rankings.flatMap((ranking) => ranking.slice(0, k)))
        const {mean, perQuery, relevant, lone} = measure({id, label, neighbours, k})

        const expected = slowDefinition(id, label, rankings)
        assert.equal(lone, expected.filter((query) => query.relevant === 0).length)
        expected.forEach((query, row) => {
          assert.equal(relevant[row], query.relevant)
          assert.ok(close(perQuery.precision_at_1[row]!, query.precisionAt1))
          assert.ok(close(perQuery.r_precision[row]!, query.rPrecision))
          assert.ok(close(perQuery.map_at_r[row]!, query.mapAtR))
        })
        const counted = expected.filter((query) => query.relevant > 0)
        assert.ok(close(mean.map_at_r, counted.reduce((sum, query) => sum + query.mapAtR, 0) / counted.length))
        assert.ok(
          close(mean.precision_at_1, counted.reduce((sum, query) => sum + query.precisionAt1, 0) / counted.length),
        )
      }),
    )
  })

  test('places left empty count as misses', () => {
    const {perQuery} = measure({
      id: Int32Array.of(1, 2),
      label: Int32Array.of(0, 0),
      neighbours: Int32Array.of(2, -1, 1, -1),
      k: 2,
    })
    assert.deepEqual([...perQuery.map_at_r], [1, 1])
  })

  test('as many neighbours are needed as the largest class has others, and at least one', () => {
    assert.equal(neighboursNeeded(Int32Array.of(4, 4, 4, 9)), 2)
    assert.equal(neighboursNeeded(Int32Array.of(1, 2, 3)), 1)
  })
})

/** Straight from the definitions, over complete rankings. */
function slowDefinition(id: Int32Array, label: Int32Array, rankings: number[][]) {
  const labelOf = (item: number) => label[id.indexOf(item)]
  return rankings.map((ranking, row) => {
    const hits = ranking.map((item) => Number(labelOf(item) === label[row]))
    const relevant = hits.reduce((sum, hit) => sum + hit, 0)
    const precision = (r: number) => hits.slice(0, r).reduce((sum, hit) => sum + hit, 0) / r
    const sum = hits.slice(0, relevant).reduce((total, hit, rank) => total + hit * precision(rank + 1), 0)
    if (relevant === 0) return {relevant, precisionAt1: Number.NaN, rPrecision: Number.NaN, mapAtR: Number.NaN}
    return {relevant, precisionAt1: hits[0]!, rPrecision: precision(relevant), mapAtR: sum / relevant}
  })
}

function close(got: number, expected: number): boolean {
  return Object.is(got, expected) || Math.abs(got - expected) < 1e-12
}
