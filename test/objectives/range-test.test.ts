import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {hasDiverged, smooth, suggestRate, testedRate} from '../../lib/objectives/range-test.ts'

const spec = {lowest: 1e-5, highest: 10, steps: 7, smoothing: 0.9, stop_factor: 4}

describe('a range test', () => {
  test('goes from the lowest to the highest rate in equal factors', () => {
    const rates = Array.from({length: 7}, (_, step) => testedRate(spec, step))
    rates.forEach((rate, step) => {
      assert.ok(Math.abs(rate / 10 ** (step - 5) - 1) < 1e-12, `${rate}`)
    })
  })

  test('smooths without a pull towards 0 at the start', () => {
    assert.deepEqual(smooth([4, 4, 4], 0.75), [4, 4, 4])
    // (0.25 * 0.75 * 1 + 0.25 * 3) / (1 - 0.75^2)
    assert.ok(Math.abs(smooth([1, 3], 0.75)[1]! - (0.1875 + 0.75) / 0.4375) < 1e-12)
    assert.deepEqual(smooth([1, 3], 0), [1, 3])
  })

  test('is over when the loss has run away', () => {
    assert.equal(hasDiverged([2, 1, 3.9], 4), false)
    assert.equal(hasDiverged([2, 1, 4.1], 4), true)
  })

  test('suggests where the loss falls fastest', () => {
    const rates = Array.from({length: 20}, (_, step) => 10 ** (step - 10))
    const losses = rates.map((_, step) => (step < 15 ? 2 - 1 / (1 + Math.exp(12 - step)) : step - 13))
    assert.equal(suggestRate(rates, losses), 100)
  })

  test('suggests nothing where the loss never falls, or only at its very first step', () => {
    const rates = Array.from({length: 20}, (_, step) => step + 1)
    assert.equal(suggestRate(rates, rates), undefined)
    assert.equal(
      suggestRate(
        rates,
        rates.map((_, step) => (step === 0 ? 9 : 1)),
      ),
      undefined,
    )
    assert.equal(suggestRate([1], [1]), undefined)
  })
})
