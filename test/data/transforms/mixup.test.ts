import assert from 'node:assert/strict'
import {test} from 'node:test'
import {drawMixture, mixInto} from '../../../lib/data/transforms/mixup.ts'

test('a mixture depends on its seed alone, and every picture is a partner about equally often', () => {
  assert.deepEqual(drawMixture(0.2, 7, 10), drawMixture(0.2, 7, 10))
  const counts = new Array<number>(10).fill(0)
  for (let seed = 0; seed < 2000; seed++) counts[drawMixture(0.2, seed, 10).partner]!++
  const chiSquare = counts.reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)
  assert.ok(chiSquare < 40, `${chiSquare}`) // 9 degrees of freedom, false alarm 1 in 100,000
})

for (const alpha of [0.01, 0.2, 0.5, 1]) {
  test(`shares for alpha ${alpha} have mean and variance of Beta(alpha, alpha)`, () => {
    const shares = Array.from({length: 20_000}, (_, seed) => drawMixture(alpha, seed, 1).share)
    assert.ok(shares.every((share) => share >= 0 && share <= 1))
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length
    // ab / ((a + b)^2 (a + b + 1)) with a = b; at most 1/4, so five standard errors of the mean are 0.018.
    const expected = 1 / (4 * (2 * alpha + 1))
    assert.ok(Math.abs(mean - 0.5) < 0.018, `${mean}`)
    assert.ok(Math.abs(variance - expected) < 0.006, `${variance} instead of ${expected}`)
  })
}

test('shares for alpha 0.5 follow the arcsine law', () => {
  const below = Array.from({length: 20_000}, (_, seed) => drawMixture(0.5, seed, 1).share).filter(
    (share) => share < 0.1,
  )
  const expected = (2 / Math.PI) * Math.asin(Math.sqrt(0.1))
  assert.ok(Math.abs(below.length / 20_000 - expected) < 0.015, `${below.length}`)
})

test('bytes are mixed and rounded: 0.25 * 200 + 0.75 * 101 = 125.75', () => {
  const picture = Uint8Array.of(200, 0, 255)
  mixInto(picture, Uint8Array.of(101, 255, 255), 0.25)
  assert.deepEqual([...picture], [126, 191, 255])
})
