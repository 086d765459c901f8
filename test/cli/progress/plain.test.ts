import assert from 'node:assert/strict'
import {test} from 'node:test'
import {openPlainLines, summariseNodes} from '../../../lib/cli/progress/plain.ts'
import type {Event} from '../../../lib/pipeline/event.ts'
import {after, midEpoch} from './events.ts'

process.env.TZ = 'UTC'

function linesOf(events: readonly Event[]): string[] {
  return events.flatMap(openPlainLines())
}

test('Every change of state is one timestamped line; hits in a row are one', () => {
  assert.deepEqual(linesOf(midEpoch), [
    '12:00:00 run demo: up to epoch 8 (process 7)',
    '12:00:02 hit: prepare-splits, extract-train@2',
    '12:00:02 mine-negatives@2: started (never computed)',
    '12:00:05 mine-negatives@2: done in 3.0 s, 1.20 kB',
    '12:00:05 train-epoch@2: started (never computed)',
    '12:00:20 train-epoch@2: 10/43 steps, 128.0 images/s, loss 2.310, wait 0.2100 ms',
  ])
})

test('A long stage says how far it is at most every ten seconds', () => {
  const progress = (seconds: number) =>
    after(seconds, {kind: 'progress', node: 'a', progress: {done: seconds, total: 99, unit: 'images'}})
  assert.deepEqual(linesOf([0, 1, 9, 10, 11, 25].map(progress)), [
    '12:00:00 a: 0/99 images',
    '12:00:10 a: 10/99 images',
    '12:00:25 a: 25/99 images',
  ])
  // The wall clock is set back by an hour meanwhile.
  assert.equal(linesOf([3600, 1].map(progress)).length, 2)
})

test('Waiting, damage, stops, evictions and the end are told in words', () => {
  assert.deepEqual(
    linesOf([
      after(0, {kind: 'waiting', for: 'process 9 (run cub)', pid: 9, what: 'node', node: 'prepare-splits'}),
      after(1, {
        kind: 'damaged',
        node: 'evaluate@1',
        key: 'k',
        reason: 'metrics.json has 3 bytes, the manifest says 80',
      }),
      after(2, {kind: 'started', node: 'train-epoch@1', key: 'k', reason: 'never computed', resumedFromStep: 40}),
      after(3, {kind: 'note', node: 'train-epoch@1', text: 'hello'}),
      after(4, {kind: 'stopped', node: 'train-epoch@1', reason: 'asked to stop', step: 52}),
      after(5, {kind: 'failed', node: 'evaluate@1', exitCode: 6, problems: ['told elsewhere'], log: 'l'}),
      after(6, {kind: 'evicted', node: 'train-epoch@1', output: 'training', bytes: 2e6}),
      after(7, {kind: 'run-finished', run: 'demo', computed: 1, hits: 2, seconds: 61}),
    ]),
    [
      '12:00:00 waiting for prepare-splits: process 9 (run cub) works on it',
      '12:00:01 evaluate@1: damaged, will be computed again: metrics.json has 3 bytes, the manifest says 80',
      '12:00:02 train-epoch@1: started (never computed), from step 40',
      '12:00:03 train-epoch@1: hello',
      '12:00:04 train-epoch@1: stopped at step 52 (asked to stop)',
      '12:00:05 evaluate@1: failed, exit 6',
      '12:00:06 train-epoch@1: dropped training, 2.00 MB, by its keep rule',
      '12:00:07 run demo: 1 computed, 2 hits, 1:01',
    ],
  )
})

test('Nodes of one stage are summed up as ranges of epochs', () => {
  assert.equal(summariseNodes(['a', 'b@0', 'b@1', 'c@1', 'b@3']), 'a, b@0..1, 3, c@1')
})
