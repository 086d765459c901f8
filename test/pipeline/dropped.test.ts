import assert from 'node:assert/strict'
import {readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {findMetrics, readRefs} from '../../lib/pipeline/runs.ts'
import {openRig, type Rig} from './rig.ts'

// One epoch, computed once: every test goes on from a copy of it.
let base: Rig
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 1})).exitCode, 0)
})

test('a keep rule drops the bytes of older epochs after each epoch, but never those of the best one', async (t) => {
  const rig = openRig(t, base)
  const run = await rig.run({epochs: 3})
  const scores = [1, 2, 3].map(
    (epoch) => findMetrics(rig.artifacts, readRefs(rig.artifacts, 'toy')[`score@${epoch}`]!)!.score!,
  )
  const best = scores.indexOf(Math.max(...scores)) + 1
  assert.notEqual(best, 3)
  for (const epoch of [1, 2]) {
    const model = epoch === best ? [] : ['model']
    assert.deepEqual(rig.dropped(`train@${epoch}`), [...model, 'training'], `epoch ${epoch}`)
    assert.deepEqual(rig.dropped(`describe-all@${epoch}`), ['described'])
  }
  assert.deepEqual(rig.dropped('train@3'), [])
  assert.ok(
    run.events.some((event) => event.kind === 'evicted' && event.node === 'train@1' && event.output === 'training'),
  )
  assert.deepEqual(await rig.faults(), [])
  assert.deepEqual((await rig.run({epochs: 3})).computed, [], 'known outputs that nobody reads are not computed again')
})

test('what another run keeps is not dropped', async (t) => {
  const rig = openRig(t, base)
  await rig.run({run: 'other', epochs: 1})
  await rig.run({epochs: 2})
  assert.deepEqual(rig.dropped('train@1'), [], 'run other is still at epoch 1')
  await rig.run({run: 'other', epochs: 2})
  await rig.run({epochs: 3})
  assert.ok(rig.dropped('train@1').includes('training'), 'run other has gone on')
})

test('a dropped output that is needed again is computed again and comes out the same', async (t) => {
  const rig = openRig(t, base)
  await rig.run({epochs: 2})
  assert.deepEqual(rig.dropped('describe-all@1'), ['described'])
  const other = await rig.run({run: 'other', epochs: 1, set: ['seed=1', 'mining.from_epoch=1', 'objective.margin=0.3']})
  assert.deepEqual(other.computed, ['train@1', 'describe-val@1', 'score@1'], 'nobody reads the dropped descriptors')
  rmSync(dirname(rig.output('mine@1', 'batches')), {recursive: true})
  const again = await rig.run({epochs: 1})
  assert.deepEqual(again.computed, ['describe-all@1', 'mine@1'])
  const reasons = again.events.flatMap((event) => (event.kind === 'started' ? [event.reason] : []))
  assert.deepEqual(reasons, ['described was dropped, mine@1 reads it', 'no longer in the store'])
  assert.deepEqual(await rig.faults(), [])
})

test('a dropped output that comes out differently is told, and what depends on it is computed anew', async (t) => {
  const rig = openRig(t)
  const noisy = {env: {NEARMISS_TOY_NOISE: '1'}}
  assert.equal((await rig.start({epochs: 2, ...noisy}).done()).exitCode, 0)
  assert.ok(rig.dropped('train@1').includes('training'))
  rmSync(dirname(rig.output('train@2', 'model')), {recursive: true})
  const again = await rig.start({epochs: 2, ...noisy}).done()
  assert.equal(again.exitCode, 0)
  const notes = again.events.flatMap((event) => (event.kind === 'note' && event.node === 'train@1' ? [event.text] : []))
  assert.match(notes.join('\n'), /model came out with other bytes than before \(sha256 [0-9a-f]{12} -> [0-9a-f]{12}\)/)
  assert.deepEqual(again.computed.slice(0, 1), ['train@1'])
  assert.ok(again.computed.includes('train@2'))
  assert.deepEqual(await rig.faults(), [])
})

test('a damaged entry is computed again with the reason, and set aside for inspection', async (t) => {
  const rig = openRig(t, base)
  const batches = rig.output('mine@1', 'batches')
  truncateSync(batches, 5)
  rmSync(rig.output('score@1', 'metrics'))
  writeFileSync(join(dirname(rig.output('score@0', 'metrics')), 'manifest.json'), '{"schema": 1, "ke')
  const {exitCode, computed, events} = await rig.run({epochs: 1})
  assert.equal(exitCode, 0)
  assert.deepEqual(computed, ['score@0', 'mine@1', 'score@1'], 'equal bytes: nothing after them runs')
  const damage = events.flatMap((event) => (event.kind === 'damaged' ? [`${event.node}: ${event.reason}`] : []))
  assert.deepEqual(damage, [
    'score@0: manifest.json is not JSON',
    'mine@1: batches.json has 5 bytes, manifest says 32',
    'score@1: metrics.json is missing',
  ])
  assert.equal(readdirSync(join(rig.artifacts, 'store', '.damaged')).length, 3)
  assert.deepEqual(await rig.faults(), [])
})

test('contents that rotted on the disk are found when a look into them or a stage fails, and are computed again', async (t) => {
  const rig = openRig(t, base)
  const numbers = rig.output('prepare', 'numbers')
  writeFileSync(numbers, 'x'.repeat(readFileSync(numbers).length))
  rmSync(join(rig.artifacts, 'cache'), {recursive: true})
  const looked = await rig.run({epochs: 1})
  assert.deepEqual([looked.exitCode, looked.computed], [0, ['prepare']])
  const model = rig.output('train@1', 'model')
  writeFileSync(model, 'x'.repeat(readFileSync(model).length))
  const failed = await rig.run({epochs: 2})
  assert.equal(failed.exitCode, 5)
  assert.match(
    failed.events.find((event) => event.kind === 'failed')!.problems.join('\n'),
    /^its input from train@1 is damaged: model\.json has sha256 \w{12}…, manifest says \w{12}…\. It was set aside: run again to compute it anew$/,
  )
  const again = await rig.run({epochs: 2})
  assert.equal(again.exitCode, 0)
  assert.equal(again.computed[0], 'train@1')
  assert.deepEqual(await rig.faults(), [])
})

test('a keep rule whose metric is not measured is told once, after the first measurement', async (t) => {
  const rig = openRig(t, base)
  rig.edit('pipeline.yaml', (text) => text.replace('best: score.score', 'best: score.scor'))
  const {exitCode, events} = await rig.run({run: 'b', epochs: 1, set: ['metrics=[size, score]']})
  assert.equal(exitCode, 0)
  const notes = events.flatMap((event) => (event.kind === 'note' ? [`${event.node}: ${event.text}`] : []))
  const text = 'no model of train is kept as the best one: score has no metric scor; did you mean "score"?'
  assert.deepEqual(notes, [`score@0: ${text}`])
})

test('measuring an old epoch anew does not retrain: what its dropped model would be needed for is left out', async (t) => {
  const rig = openRig(t)
  rig.edit('pipeline.yaml', (text) =>
    text
      .replace('with: {split: val}', 'with: {split: val}\n      keep: {described: {last: 1}}')
      .replace(', best: score.score', ''),
  )
  assert.equal((await rig.run({epochs: 2})).exitCode, 0)
  const options = {run: 'sizes', epochs: 2, set: ['metrics=[size]']}
  const plan = (await rig.plan(options)).filter(({state}) => state !== 'hit')
  assert.deepEqual(
    plan.map(({node, state, reason}) => `${node} ${state} ${reason}`),
    [
      'describe-val@0 run described was dropped, score@0 reads it',
      'score@0 run metrics.0 "score" -> "size"',
      'describe-val@1 gone model of train@1 was dropped, and a measurement does not retrain',
      'score@1 gone describe-val@1 is left out',
      'score@2 run metrics.0 "score" -> "size"',
    ],
  )
  const {exitCode, computed, events} = await rig.run(options)
  assert.equal(exitCode, 0)
  assert.deepEqual(computed, ['describe-val@0', 'score@0', 'score@2'])
  const notes = events.flatMap((event) => (event.kind === 'note' && event.node === 'score@1' ? [event.text] : []))
  assert.deepEqual(notes, ['left out: model of train@1 was dropped by a keep rule, and a measurement does not retrain'])
})
