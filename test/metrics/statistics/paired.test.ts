import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {comparePaired} from '../../../lib/metrics/statistics/paired.ts'
import {openRandom} from '../../../lib/random.ts'

const options = (seed: number) => ({resamples: 500, level: 0.95, random: openRandom('paired', seed)})

/** Classes of 20 queries; the second measurement is better by `gain` on average, classes differ in it by `spread`. */
function draw(classes: number, gain: number, spread: number, seed: number) {
  const random = openRandom('draw', seed)
  const label = Int32Array.from({length: classes * 20}, (_, query) => Math.floor(query / 20))
  const gains = Array.from({length: classes}, () => gain + spread * random.normal())
  const first = Float64Array.from(label, () => random.uniform())
  const second = first.map((value, query) => value + gains[label[query]!]!)
  return {first, second, label}
}

test('of few classes all flips are tried: p by hand', () => {
  const label = Int32Array.of(0, 1, 2, 2)
  const {difference, p, queries, classes} = comparePaired(
    Float64Array.of(0, 0, 0, 0),
    Float64Array.of(1, 1, 0, 1),
    label,
    options(0),
  )
  // sums of classes 1, 1, 1: of 8 flips only +++ and --- reach 3
  assert.equal(p, 2 / 8)
  assert.deepEqual([difference, queries, classes], [3 / 4, 4, 3])
})

test('equal measurements have p 1 and no difference, and what is left out of one does not count', () => {
  const values = Float64Array.of(1, 0, Number.NaN, 1)
  const same = comparePaired(values, values, Int32Array.of(0, 0, 1, 2), options(0))
  assert.deepEqual([same.difference, same.p, same.queries, same.classes, same.detectable], [0, 1, 3, 2, 0])
  assert.deepEqual(same.interval, [0, 0])
})

test('swapping the two turns the sign and keeps p', () => {
  fc.assert(
    fc.property(fc.integer({min: 2, max: 10}), fc.nat(), (classes, seed) => {
      const {first, second, label} = draw(classes, 0.02, 0.05, seed)
      const [there, back] = [
        comparePaired(first, second, label, options(1)),
        comparePaired(second, first, label, options(1)),
      ]
      assert.ok(Math.abs(there.difference + back.difference) < 1e-12)
      assert.equal(there.p, back.p)
      assert.ok(Math.abs(there.detectable - back.detectable) < 1e-12)
    }),
    {numRuns: 30},
  )
})

test('without a true difference p is below 0.05 one time in twenty', () => {
  const small = Array.from({length: 200}, (_, seed) => {
    const {first, second, label} = draw(10, 0, 0.05, seed)
    return Number(comparePaired(first, second, label, {...options(seed), resamples: 1}).p < 0.05)
  })
  const share = small.reduce((sum, one) => sum + one, 0) / small.length
  assert.ok(share > 0.01 && share < 0.1, String(share))
})

test('a true difference as large as the one said to be visible is found about four times in five', () => {
  const classes = 40
  // the standard error of the mean over classes is spread / sqrt(classes)
  const gain = (1.959964 + 0.841621) * (0.05 / Math.sqrt(classes))
  const outcomes = Array.from({length: 60}, (_, seed) => {
    const {first, second, label} = draw(classes, gain, 0.05, seed)
    return comparePaired(first, second, label, {...options(seed), resamples: 1})
  })
  const found = outcomes.filter(({p}) => p < 0.05).length / outcomes.length
  assert.ok(found > 0.65 && found < 0.95, String(found))
  const said = outcomes.reduce((sum, {detectable}) => sum + detectable, 0) / outcomes.length
  assert.ok(Math.abs(said / gain - 1) < 0.1, `${said} said, ${gain} true`)
})
