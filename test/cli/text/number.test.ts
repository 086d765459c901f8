import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  formatAbout,
  formatBytes,
  formatCount,
  formatFigure,
  formatPlural,
  formatRanges,
  formatSeconds,
  formatShare,
} from '../../../lib/cli/text/number.ts'

function checkTable<Input>(format: (input: Input) => string, rows: readonly (readonly [Input, string])[]): void {
  for (const [input, text] of rows) assert.equal(format(input), text)
}

test('Counts have thousands separators and a noun in the right number', () => {
  checkTable(formatCount, [
    [0, '0'],
    [999.6, '1,000'],
    [118_400, '118,400'],
  ])
  assert.equal(formatPlural(1, 'epoch'), '1 epoch')
  assert.equal(formatPlural(0, 'epoch'), '0 epochs')
})

test('Bytes have three digits and the unit that fits, also just below the next one', () => {
  checkTable(formatBytes, [
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9996, '10.0 kB'],
    [99_960, '100 kB'],
    [999_600, '1.00 MB'],
    [135_000_000, '135 MB'],
    [2.5e12, '2.50 TB'],
  ])
})

test('Measured times read as seconds, minutes or hours, without 60 seconds in a minute', () => {
  checkTable(formatSeconds, [
    [0, '0.00 s'],
    [0.424, '0.42 s'],
    [0.996, '1.0 s'],
    [9.94, '9.9 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.6, '1:00'],
    [178, '2:58'],
    [3723, '1:02:03'],
  ])
})

test('Predicted times are no more exact than they are known', () => {
  checkTable(formatAbout, [
    [0.2, '~1 s'],
    [7.4, '~7 s'],
    [22, '~20 s'],
    [58, '~1 min'],
    [179, '~3 min'],
    [3599, '~1 h'],
    [35_400, '~9 h 50 min'],
    [7140, '~2 h'],
  ])
})

test('Figures keep four digits, shares four places, and nothing is hidden when it is not a number', () => {
  checkTable(formatFigure, [
    [0, '0'],
    [1203.4, '1,203'],
    [31.2, '31.20'],
    [0.09921, '0.09921'],
    [9.3e-5, '9.3e-5'],
    [-2.5, '-2.500'],
    [12_345_678, '12,345,678'],
    [Number.NaN, 'NaN'],
  ])
  assert.equal(formatShare(1220 / 1468), '0.8311')
})

test('Numbers in a row become a range, whatever their order', () => {
  assert.equal(formatRanges([5, 1, 0, 2]), '0..2, 5')
  assert.equal(formatRanges([]), '')
  assert.equal(formatRanges([3, 3]), '3')
})
