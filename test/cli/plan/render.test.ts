import assert from 'node:assert/strict'
import {test} from 'node:test'
import {renderPlan} from '../../../lib/cli/plan/render.ts'
import {plainPaint} from '../../../lib/cli/text/paint.ts'
import type {PlannedNode} from '../../../lib/pipeline/plan.ts'

const page = {width: 80, paint: plainPaint}
const stages = ['mine', 'train', 'evaluate']

function nodesOf(epoch: number, ...states: readonly (readonly [PlannedNode['state'], string])[]): PlannedNode[] {
  return stages.map((name, i) => ({
    node: `${name}@${epoch}`,
    name,
    epoch,
    key: `${name}key00`,
    state: states[i]![0],
    reason: states[i]![1],
  }))
}

const hit = ['hit', ''] as const

test('Epochs that are there are one line; the first with work is told stage by stage; what follows is one line', () => {
  const nodes = [
    {node: 'splits', name: 'splits', state: 'hit', key: '5be01cff', reason: ''} as const,
    ...nodesOf(1, hit, hit, hit),
    ...nodesOf(2, hit, hit, hit),
    ...nodesOf(3, ['run', 'mining.pool 30 -> 50'], ['maybe', 'follows mine@3'], ['maybe', 'follows train@3']),
    ...nodesOf(4, ['maybe', 'follows train@3'], ['maybe', 'follows mine@4'], ['maybe', 'follows train@4']),
    ...nodesOf(5, ['maybe', 'follows train@4'], ['maybe', 'follows mine@5'], ['maybe', 'follows train@5']),
  ]
  const seconds = new Map([
    ['mine', 3],
    ['train', 41],
    ['evaluate', 2],
  ])
  assert.deepEqual(renderPlan({run: 'r14', epochs: 5, nodes, seconds}, page), [
    'run r14, up to epoch 5',
    '              splits    hit            5be01c',
    '  epoch 1..2  6 stages  hit',
    '  epoch 3     mine      run      ~3 s  mining.pool 30 -> 50',
    '              train     maybe   ~40 s  follows mine@3',
    '              evaluate  maybe    ~2 s  follows train@3',
    '  epoch 4..5  6 stages  maybe  ~2 min  follow what comes before',
    '1 to run, 8 maybe, 7 hits; at most ~2 min, as measured before.',
  ])
})

test('Epochs with the same work for the same reason share their lines', () => {
  const change = ['run', 'metrics [precision_at_1] -> [precision_at_1, map_at_r]'] as const
  const nodes = [0, 1, 2].flatMap((epoch) => nodesOf(epoch, hit, hit, change))
  assert.deepEqual(renderPlan({run: 'demo', epochs: 2, nodes, seconds: new Map()}, page), [
    'run demo, up to epoch 2',
    '  epoch 0..2  mine      hit',
    '              train     hit',
    '              evaluate  run',
    '                metrics [precision_at_1] -> [precision_at_1, map_at_r]',
    '3 to run, 0 maybe, 6 hits.',
  ])
})

test('A reason that does not fit stands below, over the whole width', () => {
  const reason = Array.from({length: 14}, (_, i) => `word${i}`).join(' ')
  const nodes: PlannedNode[] = [{node: 'splits', name: 'splits', state: 'run', reason}]
  assert.deepEqual(renderPlan({run: 'demo', epochs: 0, nodes, seconds: new Map()}, page).slice(1, 4), [
    '  splits  run',
    '      word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11',
    '      word12 word13',
  ])
})

test('A measurement that is gone is left out, with its reason, and is no work', () => {
  const nodes = nodesOf(1, hit, hit, ['gone', 'model of train@1 was dropped'])
  assert.deepEqual(renderPlan({run: 'demo', epochs: 1, nodes, seconds: new Map([['evaluate', 9]])}, page).slice(-2), [
    '           evaluate  gone   model of train@1 was dropped',
    'nothing to do: 2 hits, 1 left out.',
  ])
})

test('A whole run that is there has nothing to do', () => {
  assert.equal(
    renderPlan({run: 'demo', epochs: 1, nodes: nodesOf(1, hit, hit, hit), seconds: new Map()}, page).at(-1),
    'nothing to do: 3 hits.',
  )
})
