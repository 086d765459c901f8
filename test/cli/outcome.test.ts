import assert from 'node:assert/strict'
import {test} from 'node:test'
import {quoteCommand, renderOutcome} from '../../lib/cli/outcome.ts'
import {plainPaint} from '../../lib/cli/text/paint.ts'
import {after} from './progress/events.ts'

const page = {width: 80, paint: plainPaint, folder: '/p'}
const command = 'npx nearmiss run --run demo'

test('A failure tells what failed, why, where the log is, what is kept and what to do', () => {
  const last = after(0, {
    kind: 'failed',
    node: 'mine-negatives@7',
    exitCode: 6,
    problems: [
      'neighbours.arrow: row 3 names image 14, which is of the split val; neighbours are mined in train.',
      'Second.',
    ],
    log: '/p/artifacts/runs/demo/logs/mine-negatives@7.log',
  })
  assert.deepEqual(renderOutcome({exitCode: 6, last: last as never, committed: 2, command}, page), [
    'failed  mine-negatives@7: exit 6, its output breaks the contract',
    '        neighbours.arrow: row 3 names image 14, which is of the split val;',
    '        neighbours are mined in train.',
    '        Second.',
    'log     artifacts/runs/demo/logs/mine-negatives@7.log',
    'kept    2 stages committed by this command, and everything before it',
    'next    mend it, then: npx nearmiss run --run demo',
  ])
})

test('A stop tells up to which step the work is saved and how to go on', () => {
  const last = after(0, {kind: 'stopped', node: 'train-epoch@3', reason: 'asked to stop', step: 40})
  assert.deepEqual(renderOutcome({exitCode: 85, last: last as never, committed: 0, command}, page), [
    'stopped train-epoch@3: asked to stop',
    'kept    its work up to step 40 is saved; everything that was committed before',
    'next    continue with: npx nearmiss run --run demo',
  ])
})

test('A command that ended while it waited for another says that nothing was begun', () => {
  assert.deepEqual(renderOutcome({exitCode: 130, committed: 0, command}, page), [
    'ended   exit 130, interrupted: nothing was begun',
    'next    npx nearmiss run --run demo',
  ])
})

test('Nothing is said about a run that went well', () => {
  assert.deepEqual(renderOutcome({exitCode: 0, committed: 3, command}, page), [])
})

test('A command can be pasted back into a shell, quotes and brackets included', () => {
  assert.equal(
    quoteCommand(['run', '--set', "data.root=it's here", '--set', 'metrics=[a,b]']),
    `npx nearmiss run --set 'data.root=it'\\''s here' --set 'metrics=[a,b]'`,
  )
})
