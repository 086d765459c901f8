import assert from 'node:assert/strict'
import {test} from 'node:test'
import {openRandom} from '../../../lib/random.ts'
import {assertFits, uniform} from './chi-square.ts'

const faces = uniform(['1', '2', '3', '4', '5', '6'])
const random = openRandom('dice')

test('the chi-square test takes a fair die for fair (false alarm 1 in 10,000)', () => {
  assertFits({drawn: Array.from({length: 6000}, () => String(1 + random.below(6))), chances: faces})
})

test('the chi-square test finds a die that shows six a fifth of the time', () => {
  const loaded = () => (random.uniform() < 0.2 ? 6 : 1 + random.below(5))
  assert.throws(
    () => assertFits({drawn: Array.from({length: 6000}, () => String(loaded())), chances: faces}),
    /chi-square .* with 5 degrees/,
  )
})

test('the chi-square test finds an outcome that is impossible, and refuses too few draws', () => {
  assert.throws(() => assertFits({drawn: Array(60).fill('7'), chances: faces}), /7 cannot be drawn/)
  assert.throws(() => assertFits({drawn: ['1', '2'], chances: faces}), /draw more/)
})
