import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {EpochHistory} from '../../../lib/cli/epochs/row.ts'
import {type LiveScreen, renderEpochLine, renderLive} from '../../../lib/cli/progress/live.ts'
import {plainPaint} from '../../../lib/cli/text/paint.ts'
import {after, midEpoch, noonMs, viewOf} from './events.ts'

const screen: LiveScreen = {
  nowMs: noonMs + 20_000,
  width: 80,
  paint: plainPaint,
  epochStages: ['extract-train', 'mine-negatives', 'train-epoch', 'extract-val', 'evaluate'],
}
const history: EpochHistory = {
  run: 'demo',
  metricNames: ['precision_at_1'],
  chosenOnTest: false,
  epochs: [
    {epoch: 0, metrics: {precision_at_1: 0.2548}, seconds: 9, best: false},
    {epoch: 1, metrics: {precision_at_1: 0.2712}, seconds: 50, loss: 3.1, best: true},
  ],
}

test('The block shows where the epoch is, each stage, and how long it will take', () => {
  assert.deepEqual(renderLive(viewOf(...midEpoch), history, screen), [
    'demo  epoch 2/8  precision@1 .255 .271 best .271 (1)  elapsed 20 s  left ~6 min',
    '  extract-train   hit   77c1aa',
    '  mine-negatives  done  3.0 s',
    '  train-epoch     ##----------  10/43 steps  left 33 s',
    '                  128.0 images/s  loss 2.310  wait 0.2100 ms',
    '  extract-val     waiting',
    '  evaluate        waiting',
  ])
})

test('Figures stand beside the bar where there is room', () => {
  const lines = renderLive(viewOf(...midEpoch), history, {...screen, width: 120})
  assert.equal(
    lines[3],
    '  train-epoch     ##----------  10/43 steps  left 33 s  128.0 images/s  loss 2.310  wait 0.2100 ms',
  )
})

test('No line is wider than the screen, however narrow, and however long the names', () => {
  const long = after(21, {
    kind: 'waiting',
    for: 'a-run-with-a-long-name'.repeat(5),
    pid: 1,
    what: 'node',
    node: 'evaluate@2',
  })
  for (const width of [20, 40, 80]) {
    for (const line of renderLive(viewOf(...midEpoch, long), history, {...screen, width})) {
      assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`)
    }
  }
})

test('A run that waits says for whom', () => {
  const view = viewOf(midEpoch[0]!, after(1, {kind: 'waiting', for: 'process 4711 (run demo)', pid: 4711, what: 'run'}))
  assert.deepEqual(renderLive(view, {...history, epochs: []}, screen), [
    'demo  setting up  elapsed 20 s',
    '  waiting for process 4711 (run demo)',
  ])
})

test('Set-up shows only stages that were heard of', () => {
  const started = after(1, {kind: 'started', node: 'prepare-splits', key: 'k', reason: 'never computed'})
  const note = after(2, {kind: 'note', node: 'prepare-splits', text: '5,558 images of 1,018 classes'})
  assert.deepEqual(renderLive(viewOf(midEpoch[0]!, started, note), {...history, epochs: []}, screen), [
    'demo  setting up  elapsed 20 s',
    '  prepare-splits  running 19 s  5,558 images of 1,018 classes',
  ])
})

test('A failed stage stays visible as failed', () => {
  const failed = after(22, {kind: 'failed', node: 'train-epoch@2', exitCode: 1, problems: ['x'], log: 'l'})
  assert.equal(renderLive(viewOf(...midEpoch, failed), history, screen)[3], '  train-epoch     failed')
})

test('A finished epoch leaves one line behind', () => {
  const view = viewOf(
    after(0, {kind: 'run-started', run: 'demo', epochs: 8, pid: 1}),
    after(1, {kind: 'hit', node: 'evaluate@1', key: 'k'}),
  )
  assert.equal(renderEpochLine(view, history), 'epoch 1/8  loss 3.1000  precision@1 0.2712  50 s')
})
