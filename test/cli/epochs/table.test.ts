import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {EpochHistory, EpochRow} from '../../../lib/cli/epochs/row.ts'
import {bestEpoch, metricTitle, renderEpochTable} from '../../../lib/cli/epochs/table.ts'
import {plainPaint} from '../../../lib/cli/text/paint.ts'

const untrained: EpochRow = {epoch: 0, metrics: {precision_at_1: 0.2548, map_at_r: 0.1101}, seconds: 9.2, best: false}
const trained: EpochRow = {
  epoch: 1,
  metrics: {precision_at_1: 0.5412, map_at_r: 0.3204},
  loss: 2.31,
  activeFraction: 0.982,
  imagesPerSecond: 1204.4,
  seconds: 45,
  best: true,
}
const history: EpochHistory = {
  run: 'demo',
  metricNames: ['precision_at_1', 'map_at_r', 'r_precision'],
  epochs: [untrained, trained],
  chosenOnTest: false,
  baseline: {precision_at_1: 0.48, map_at_r: 0.246},
}

test('The table starts with raw pixels and the untrained model and marks the best epoch', () => {
  assert.deepEqual(renderEpochTable(history, plainPaint), [
    'epoch               loss  active  precision@1   MAP@R  images/s   time',
    'raw 16x16 pixels       -       -       0.4800  0.2460         -      -',
    '0 untrained            -       -       0.2548  0.1101         -  9.2 s',
    '1                 2.3100   98.2%       0.5412  0.3204     1,204   45 s  best',
    'the best epoch (1) is above raw pixels, the line to beat: precision@1 0.4800',
  ])
})

test('The verdict says so when even the best epoch is below raw pixels', () => {
  const low = {...trained, metrics: {...trained.metrics, precision_at_1: 0.47}}
  const last = renderEpochTable({...history, epochs: [untrained, low]}, plainPaint).at(-1)
  assert.equal(last, 'no epoch is above raw pixels, the line to beat: precision@1 0.4800')
})

test('Under the table it says where the best epoch was chosen on the test classes', () => {
  const last = renderEpochTable({...history, chosenOnTest: true}, plainPaint).at(-1)
  assert.equal(last, 'the best epoch is chosen on the test classes (no validation set): its numbers are too high')
})

test('A run without baseline and with unknown numbers still has its table', () => {
  const {baseline: _, ...without} = history
  assert.deepEqual(renderEpochTable({...without, epochs: [{epoch: 2, metrics: {}, best: true}]}, plainPaint), [
    'epoch  loss  active  precision@1  MAP@R  images/s  time',
    '2         -       -            -      -         -     -  best',
  ])
})

test('Metrics are titled as papers write them', () => {
  assert.equal(metricTitle('precision_at_1'), 'precision@1')
  assert.equal(metricTitle('map_at_r'), 'MAP@R')
  assert.equal(metricTitle('r_precision'), 'r precision')
})

test('The earlier of two equally good epochs is the best one', () => {
  const row = (epoch: number, value: number) => ({epoch, metrics: {m: value}})
  assert.equal(bestEpoch([row(0, 0.2), row(1, 0.5), row(2, 0.5)], 'm'), 1)
  assert.equal(bestEpoch([row(0, 0.2)], 'other'), undefined)
})

test('Test sets that have names are listed under them, for the best epoch', () => {
  const sets = [
    {name: 'vehicle-id-800', metrics: {precision_at_1: 0.6, map_at_r: 0.4}},
    {name: 'vehicle-id-2400', metrics: {precision_at_1: 0.4824, map_at_r: 0.2408, r_precision: 0.3}},
  ]
  const lines = renderEpochTable({...history, epochs: [untrained, {...trained, sets}]}, plainPaint)
  assert.deepEqual(lines.slice(-4), [
    '',
    'epoch 1, by test set  precision@1   MAP@R  r precision',
    'vehicle-id-800             0.6000  0.4000            -',
    'vehicle-id-2400            0.4824  0.2408       0.3000',
  ])
})
