import assert from 'node:assert/strict'
import {test} from 'node:test'
import {colourPaint} from '../../../lib/cli/text/paint.ts'
import {fit, pad, renderTable, wrap} from '../../../lib/cli/text/table.ts'

const columns = [
  {title: 'name', align: 'left'},
  {title: 'norm', align: 'right'},
] as const

test('Words begin and numbers end at the same place, and no line ends in spaces', () => {
  assert.deepEqual(
    renderTable(columns, [
      ['conv1', '1.5'],
      ['a', ''],
    ]),
    ['name   norm', 'conv1   1.5', 'a'],
  )
})

test('Colours take no room in a table', () => {
  const [, painted] = renderTable(columns, [
    [colourPaint('good', 'ab'), '1'],
    ['abcd', '22'],
  ])
  assert.equal(painted, `\u001B[32mab\u001B[39m       1`)
})

test('Text is cut with an ellipsis only where it does not fit', () => {
  assert.equal(fit('epoch', 5), 'epoch')
  assert.equal(fit('epochs', 5), 'epoc…')
  assert.equal(pad('ab', 4, 'right'), '  ab')
})

test('Sentences break between words and keep long paths whole', () => {
  assert.deepEqual(wrap('see /a/very/long/path for more', 10), ['see', '/a/very/long/path', 'for more'])
})
