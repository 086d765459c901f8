import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Cell, RowBlock} from '../../../lib/cli/show/rows.ts'
import {checkConditions, meets, parseCondition} from '../../../lib/cli/show/where.ts'

const row: Readonly<Record<string, Cell>> = {
  label: 3,
  distance: Math.fround(0.4),
  class_name: 'cat face',
  vector: new Float32Array(2),
  map_at_r: Number.NaN,
}
const block: RowBlock = {rowCount: 1, cell: (column) => row[column]!}

for (const [text, expected] of [
  ['label=3', true],
  ['label = 4', false],
  ['label!=3', false],
  ['label<10', true],
  ['label>10', false],
  ['label>=3', true],
  ['distance=0.4', true],
  ['distance<0.4', false],
  ['distance<=0.4', true],
  ['distance>0.4', false],
  ['class_name=cat face', true],
  ['class_name!=dog', true],
  ['vector=0', false],
  ['vector!=0', true],
  ['map_at_r<1', false],
  ['map_at_r=NaN', false],
] as const) {
  test(`A row with label 3, float32 distance 0.4 and class "cat face" ${expected ? 'meets' : 'does not meet'} ${text}`, () => {
    assert.equal(meets([parseCondition(text)], block, 0), expected)
  })
}

test('Every condition has to hold', () => {
  assert.equal(meets(['label=3', 'distance<1'].map(parseCondition), block, 0), true)
  assert.equal(meets(['label=3', 'distance>1'].map(parseCondition), block, 0), false)
})

test('A condition that is none is refused with an example', () => {
  assert.throws(() => parseCondition('label'), {
    message: `--where must be a column, one of != <= >= = < > and a value, got "label". Example: --where 'label=3'`,
  })
})

test('Unknown columns are all named together with those that exist', () => {
  assert.throws(() => checkConditions(['lable=3', 'x=1'].map(parseCondition), ['id', 'label']), {
    message:
      '--where lable: there is no such column; there are id, label\n--where x: there is no such column; there are id, label',
  })
})
