import assert from 'node:assert/strict'
import {test} from 'node:test'
import {summarise} from '../../../lib/cli/evaluate/ensemble.ts'
import {type Measurement, renderMeasurement} from '../../../lib/cli/evaluate/render.ts'
import {renderEnsemble} from '../../../lib/cli/evaluate/render-ensemble.ts'
import type {Terminal} from '../../../lib/cli/terminal.ts'
import {plainPaint} from '../../../lib/cli/text/paint.ts'

const terminal: Terminal = {
  isInteractive: false,
  gone: new AbortController().signal,
  width: 80,
  paint: plainPaint,
  print: () => {},
  printError: () => {},
}

const measurement: Measurement = {
  metrics: {precision_at_1: 0.5},
  details: {precision_at_1: {interval_over_classes: [0.4, 0.625]}},
  convention: 'raml',
  split: 'val',
  queries: 1200,
  lone: 3,
  classes: 50,
}

test('each side of an asymmetric measurement is named: model, how it was chosen, pictures, scales', () => {
  const lines = renderMeasurement(
    measurement,
    {
      run: 'student',
      epoch: 3,
      chosen: 'the best epoch by validation precision@1',
      queries: {model: 'student@3', pictures: 'resize 256, center_crop 224'},
      gallery: {
        model: 'teacher@5',
        pictures: 'resize 512, center_crop 448',
        scales: [1, Math.SQRT1_2],
        chosen: 'asked for',
      },
    },
    terminal,
  )
  assert.match(lines[0]!, /^split val, convention raml, 1,200 queries of 50 classes/)
  assert.deepEqual(lines.slice(1), [
    'model of student@3: the best epoch by validation precision@1',
    'queries described by student@3: resize 256, center_crop 224',
    'gallery described by teacher@5 (asked for): resize 512, center_crop 448, scales 1.0000, 0.7071',
    '',
    'metric        value  95 % (classes drawn)',
    'precision@1  0.5000  [0.4000, 0.6250]',
  ])
})

function groupOf(together: number, ...alone: number[]) {
  const models = alone.map((value, i) => ({
    run: `fold${i}`,
    epoch: i,
    chosen: 'asked for',
    metrics: {precision_at_1: value},
  }))
  return {models, concatenated: {...measurement, metrics: {precision_at_1: together}}, dim: 256}
}

test('one ensemble has an interval over classes together and one of t over its models apart', () => {
  const lines = renderEnsemble(summarise([groupOf(0.6, 0.4, 0.5)], 'val'), terminal)
  // t for one degree of freedom at 95 % is 12.706; the error of the mean of .4 and .5 is .05.
  assert.deepEqual(lines.slice(2, 4), [
    'metric       concatenated (256)  95 % (classes drawn)  separated  95 % (t, 2 models)',
    'precision@1              0.6000  [0.4000, 0.6250]         0.4500  [-0.1853, 1.0853]',
  ])
  assert.deepEqual(lines.slice(5, 8), [
    'model    precision@1  epoch is',
    'fold0@0       0.4000  asked for',
    'fold1@1       0.5000  asked for',
  ])
})

test('several ensembles are repetitions: both numbers have intervals over them', () => {
  const summary = summarise([groupOf(0.6, 0.4, 0.5), groupOf(0.7, 0.5, 0.6)], 'test')
  const lines = renderEnsemble(summary, terminal)
  assert.deepEqual(lines.slice(2, 4), [
    'metric       concatenated (256)  95 % (t, 2 ensembles)  separated  95 % (t, 2 ensembles)',
    'precision@1              0.6500  [0.0147, 1.2853]          0.5000  [-0.1353, 1.1353]',
  ])
  assert.equal(lines.filter((line) => line.startsWith('fold')).length, 4)
})
