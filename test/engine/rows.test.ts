import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {free, fromHost, type Raw, read} from '../../lib/engine/op.ts'
import {addToRows, placesInRows, readEntries, withEntries} from '../../lib/engine/ops/entries.ts'
import {softmaxRows} from '../../lib/engine/ops/softmax.ts'

describe('softmax of rows', () => {
  const rows = [
    [1, 2, 3],
    [1e4, -1e4, 0],
    [-300, -300, Number.NEGATIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, 5, Number.NEGATIVE_INFINITY],
  ]
  test('and the logarithm of its sum are exact for steep rows and for entries left out', () => {
    const x = fromHost(Float32Array.from(rows.flat()), [4, 3])
    const {probabilities, logSums} = softmaxRows(x)
    const got = take(probabilities)
    free(x)
    rows.forEach((row, r) => {
      const largest = Math.max(...row)
      const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0)
      assert.ok(Math.abs(logSums[r]! - (largest + Math.log(sum))) < 1e-6 * Math.max(1, Math.abs(largest)))
      for (const [c, value] of row.entries())
        assert.ok(Math.abs(got[3 * r + c]! - Math.exp(value - largest) / sum) < 1e-6)
    })
  })
})

describe('single entries', () => {
  const matrix = () => fromHost(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])
  test('are read and replaced at one column a row', () => {
    const places = placesInRows(Int32Array.of(2, 0))
    const x = matrix()
    assert.deepEqual([...readEntries(x, places)], [3, 4])
    assert.deepEqual(
      [...take(withEntries(x, places, Float32Array.of(-1, Number.NEGATIVE_INFINITY)))],
      [1, 2, -1, Number.NEGATIVE_INFINITY, 5, 6],
    )
  })

  test('rows are added to a row as often as it is named', () => {
    const added = fromHost(Float32Array.of(10, 10, 10, 20, 20, 20), [2, 3])
    assert.deepEqual([...take(addToRows(matrix(), Int32Array.of(1, 1), added))], [1, 2, 3, 34, 35, 36])
    free(added)
  })
})

function take(tensor: Raw): Float32Array {
  const values = (read(tensor) as Float32Array).slice()
  free(tensor)
  return values
}
