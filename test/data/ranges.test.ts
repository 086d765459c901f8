import assert from 'node:assert/strict'
import {test} from 'node:test'
import fc from 'fast-check'
import {contains, formatRanges, intersect, intervalsOf, parseRanges} from '../../lib/data/ranges.ts'

test('class numbers are read as single numbers, ranges and lists of both', () => {
  assert.deepEqual(parseRanges(7), [{from: 7, to: 7}])
  assert.deepEqual(parseRanges('0-49'), [{from: 0, to: 49}])
  assert.deepEqual(parseRanges('0-9, 20-29,7'), [
    {from: 0, to: 9},
    {from: 20, to: 29},
    {from: 7, to: 7},
  ])
})

test('what is no list of class numbers is not guessed at', () => {
  for (const text of ['', 'b', '5-', '-5', -1, 2.5, '9-3', '1,,2', '0x10', '1e3', '0-9 20', '99999999999']) {
    assert.equal(parseRanges(text), undefined, `${text}`)
  }
})

test('written intervals read back as the same set of numbers', () => {
  const sets = fc.uniqueArray(fc.nat(60), {minLength: 1})
  fc.assert(
    fc.property(sets, sets, (a, b) => {
      const [left, right] = [a, b].map((set) => intervalsOf(set.toSorted((x, y) => x - y)))
      const common = intersect(left!, right!)
      assert.deepEqual(parseRanges(formatRanges(left!)), left)
      for (let value = 0; value <= 61; value++) {
        assert.equal(contains(left!, value), a.includes(value))
        assert.equal(contains(common, value), a.includes(value) && b.includes(value))
      }
    }),
  )
})
