import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {reducerParameters} from '../../lib/objectives/parameters/reducer.ts'
import {reduce} from '../../lib/objectives/reduce.ts'
import {penaltyTerms, type Terms} from '../../lib/objectives/terms.ts'

/** Row 0 has the terms 1, 0 and 4, row 1 has none, row 2 has 3 twice (shown at once); zeros are not shown. */
const terms: Terms = {
  counts: Int32Array.of(3, 0, 2),
  each(visit) {
    visit(1, 0)
    visit(4, 0)
    visit(3, 2, 2)
  },
  backward: () => {},
}
const labels = Int32Array.of(1, 1, 0)

describe('terms become one number, and a weight each', () => {
  const cases: [object, number, [weightOf1: number, weightOf3: number]][] = [
    [{name: 'sum'}, 11, [1, 1]],
    [{name: 'mean'}, 11 / 5, [1 / 5, 1 / 5]],
    [{name: 'active-mean'}, 11 / 4, [1 / 4, 1 / 4]],
    [{name: 'threshold', low: 1, high: 4}, 3, [0, 1 / 2]],
    [{name: 'threshold', low: -1, high: 2}, 1 / 2, [1 / 2, 0]],
    [{name: 'per-anchor'}, (5 / 3 + 0 + 3) / 3, [1 / 9, 1 / 6]],
    [{name: 'sum-per-anchor'}, 5 / 3 + 3, [1 / 3, 1 / 2]],
    [{name: 'class-weighted', weights: [10, 1]}, (5 + 60) / 5, [1 / 5, 10 / 5]],
  ]
  for (const [spec, value, weights] of cases) {
    test(JSON.stringify(spec), () => {
      const result = reduce(terms, {spec: reducerParameters.parse(spec), labels})
      assert.ok(Math.abs(result.value - value) < 1e-12, `${result.value}`)
      assert.deepEqual([result.active, result.count], [4, 5])
      const got = [result.weight(1, 0), result.weight(3, 2)]
      got.forEach((weight, i) => {
        assert.ok(Math.abs(weight - weights[i]!) < 1e-12, `${got}`)
      })
    })
  }

  test('no terms give 0 with every reducer', () => {
    const nothing: Terms = {counts: new Int32Array(3), each: () => {}, backward: () => {}}
    for (const [spec] of cases) assert.equal(reduce(nothing, {spec: reducerParameters.parse(spec), labels}).value, 0)
  })

  test('a penalty stands beside them: it is added whole and counts as no term', () => {
    const {value, active, count, weight} = reduce(
      penaltyTerms(7, () => {}),
      {spec: {name: 'mean'}, labels},
    )
    assert.deepEqual([value, active, count, weight(7, 0)], [7, 0, 0, 1])
  })

  test('a class without a weight is told', () => {
    assert.throws(
      () => reduce(terms, {spec: {name: 'class-weighted', weights: [1]}, labels}),
      /has 1 weights, but a training class has the number 1/,
    )
  })
})
