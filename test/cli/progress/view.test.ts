import assert from 'node:assert/strict'
import {test} from 'node:test'
import {epochOf, secondsLeft, stageOf} from '../../../lib/cli/progress/view.ts'
import {after, midEpoch, noonMs, viewOf} from './events.ts'

test('A node of the next epoch turns the page', () => {
  const next = after(60, {kind: 'started', node: 'extract-train@3', key: 'dddd', reason: 'never computed'})
  const view = viewOf(...midEpoch, next)
  assert.equal(view.epoch, 3)
  assert.equal(view.epochStartedMs, noonMs + 60_000)
  assert.deepEqual(
    view.nodes.map(({node}) => node),
    ['extract-train@3'],
  )
})

test('Stages before the loop are a page of their own', () => {
  const view = viewOf(...midEpoch.slice(0, 2))
  assert.equal(view.epoch, undefined)
  assert.deepEqual(
    view.nodes.map(({node, state}) => [node, state]),
    [['prepare-splits', 'hit']],
  )
})

test('The time left follows the pace of this execution, not of steps that an earlier one had done', () => {
  const resumed = viewOf(
    after(0, {kind: 'progress', node: 'train-epoch@1', progress: {done: 20, total: 40, unit: 'steps'}}),
    after(5, {kind: 'progress', node: 'train-epoch@1', progress: {done: 30, total: 40, unit: 'steps'}}),
  )
  assert.equal(secondsLeft(resumed.nodes[0]!, noonMs + 5000), 5)
})

test('There is no time left before there is a pace', () => {
  const view = viewOf(after(0, {kind: 'progress', node: 'a@1', progress: {done: 0, total: 4, unit: 'steps'}}))
  assert.equal(secondsLeft(view.nodes[0]!, noonMs + 1000), undefined)
})

test('Somebody else at work is remembered until something happens', () => {
  const waiting = after(1, {kind: 'waiting', for: 'process 12 (run demo)', pid: 12, what: 'run'})
  assert.equal(viewOf(waiting).waiting, 'process 12 (run demo)')
  assert.equal(viewOf(waiting, after(2, {kind: 'hit', node: 'a', key: 'k'})).waiting, undefined)
})

test('A node is a stage and perhaps an epoch', () => {
  assert.deepEqual([stageOf('train-epoch@12'), epochOf('train-epoch@12')], ['train-epoch', 12])
  assert.deepEqual([stageOf('prepare-splits'), epochOf('prepare-splits')], ['prepare-splits', undefined])
})
