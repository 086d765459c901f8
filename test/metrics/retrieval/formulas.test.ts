import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  averagePrecision,
  averagePrecisionAtK,
  averagePrecisionByClassSize,
  averagePrecisionOfFound,
  mapAtR,
  mapAtRClipped,
} from '../../../lib/metrics/retrieval/average-precision.ts'
import {
  precisionAt1,
  precisionAtK,
  precisionOfPossible,
  precisionUpToLast,
  rPrecision,
} from '../../../lib/metrics/retrieval/precision.ts'
import {recallAtK, reciprocalRank} from '../../../lib/metrics/retrieval/recall.ts'
import {trapezoidalPrecision, trapezoidalPrecisionAtK} from '../../../lib/metrics/retrieval/trapezoid.ts'

/** Found at ranks 2, 3 and 5; a fourth one is farther than was looked. */
const hits = {ranks: Int32Array.of(2, 3, 5), relevant: 4, depth: 6}
const perfect = {ranks: Int32Array.of(1, 2), relevant: 2, depth: Number.POSITIVE_INFINITY}
const none = {ranks: new Int32Array(), relevant: 2, depth: 6}

test('precision at 1 and at k, and recall at k', () => {
  assert.equal(precisionAt1(hits), 0)
  assert.equal(precisionAt1(perfect), 1)
  assert.equal(precisionAtK(3)(hits), 2 / 3)
  assert.equal(precisionAtK(8)(perfect), 2 / 8)
  assert.deepEqual(
    [1, 2, 9].map((k) => recallAtK(k)(hits)),
    [0, 1, 1],
  )
  assert.equal(recallAtK(9)(none), 0)
})

test('R-precision is the share of relevant ones among the first R, or among what was looked at', () => {
  assert.equal(rPrecision(hits), 2 / 4)
  assert.equal(rPrecision({...hits, depth: 3}), 2 / 3)
})

test('average precision and its cuts', () => {
  const [second, third, fifth] = [1 / 2, 2 / 3, 3 / 5]
  assert.equal(averagePrecision(hits), (second + third + fifth) / 4)
  assert.equal(mapAtR(hits), (second + third) / 4)
  assert.equal(mapAtRClipped({...hits, depth: 3}), (second + third) / 3)
  assert.equal(averagePrecisionAtK(3)(hits), (second + third) / 3)
  assert.equal(averagePrecisionAtK(8)(hits), (second + third + fifth) / 4)
  assert.equal(averagePrecisionOfFound(3)(hits), (second + third) / 2)
  assert.equal(averagePrecisionOfFound(1)(hits), 0)
  assert.equal(averagePrecisionByClassSize((size) => size)(hits), (second + third + fifth) / 5)
  for (const metric of [averagePrecision, mapAtR, averagePrecisionAtK(1), averagePrecisionOfFound(5)])
    assert.equal(metric(perfect), 1)
})

test('the reciprocal rank is 0 when nothing was found', () => {
  assert.equal(reciprocalRank(hits), 1 / 2)
  assert.equal(reciprocalRank(none), 0)
})

test('precision by open-metric-learning and by revisitop look at fewer places where there are fewer to find', () => {
  assert.equal(precisionOfPossible(6)(hits), 3 / 4)
  assert.equal(precisionOfPossible(2)(hits), 1 / 2)
  assert.equal(precisionUpToLast(8)(hits), 3 / 5)
  assert.equal(precisionUpToLast(4)(hits), 2 / 4)
})

test('trapezoids take the mean of the precisions before and after each relevant image', () => {
  const [second, third, fifth] = [(0 / 1 + 1 / 2) / 2, (1 / 2 + 2 / 3) / 2, (2 / 4 + 3 / 5) / 2]
  assert.equal(trapezoidalPrecision(hits), (second + third + fifth) / 4)
  assert.equal(trapezoidalPrecisionAtK(3)(hits), (second + third) / 3)
  assert.equal(trapezoidalPrecision(perfect), 1)
})
