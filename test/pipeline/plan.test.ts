import assert from 'node:assert/strict'
import {readdirSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {openRig, type Rig, type RigOptions} from './rig.ts'

let base: Rig
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 2})).exitCode, 0)
})

/** The plan as lines, hits left out. */
async function work(rig: Rig, options: RigOptions): Promise<string[]> {
  const plan = await rig.plan(options)
  return plan.filter(({state}) => state !== 'hit').map(({node, state, reason}) => `${node} ${state} ${reason}`)
}

test('a fresh store needs everything, and planning writes nothing but caches', async (t) => {
  const rig = openRig(t)
  const plan = await rig.plan({epochs: 1})
  assert.deepEqual(
    plan.map(({node}) => node),
    [
      'prepare',
      'initialize',
      'baseline',
      'describe-val@0',
      'score@0',
      'describe-all@1',
      'mine@1',
      'train@1',
      'describe-val@1',
      'score@1',
    ],
  )
  assert.ok(plan.every(({state, reason}) => state === 'run' && reason === 'never computed'))
  assert.equal(plan[0]!.key?.length, 64)
  assert.equal(plan[2]!.key, undefined, 'what it reads is not known yet')
  assert.deepEqual(readdirSync(rig.artifacts), ['cache'])
})

test('a finished run is all hits, with their keys', async (t) => {
  const rig = openRig(t, base)
  const plan = await rig.plan({epochs: 2})
  assert.ok(plan.every(({state, reason}) => state === 'hit' && reason === ''))
  assert.deepEqual(Object.fromEntries(plan.map(({node, key}) => [node, key])), readRefs(rig.artifacts, 'toy'))
})

test('a changed margin runs the training of every epoch; what only follows it is a maybe', async (t) => {
  const rig = openRig(t, base)
  assert.deepEqual(await work(rig, {run: 'b', epochs: 2, set: ['objective.margin=0.2']}), [
    'train@1 run objective.margin 0.1 -> 0.2',
    'describe-val@1 maybe unless model of train@1 comes out as before',
    'score@1 maybe unless described of describe-val@1 comes out as before',
    'describe-all@2 maybe unless model of train@1 comes out as before',
    'mine@2 maybe unless described of describe-all@2 comes out as before',
    'train@2 run objective.margin 0.1 -> 0.2',
    'describe-val@2 maybe unless model of train@2 comes out as before',
    'score@2 maybe unless described of describe-val@2 comes out as before',
  ])
})

test('a changed list of metrics touches only what computes metrics', async (t) => {
  const rig = openRig(t, base)
  assert.deepEqual(await work(rig, {run: 'b', epochs: 2, set: ['metrics=[score, size]']}), [
    'score@0 run metrics.1 set to "size"',
    'score@1 run metrics.1 set to "size"',
    'score@2 run metrics.1 set to "size"',
  ])
})

test('another loss says which values came and went and which code', async (t) => {
  const rig = openRig(t, base)
  const [first] = await work(rig, {run: 'b', epochs: 1, set: ['objective={loss: supcon, temperature: 0.5}']})
  assert.equal(
    first,
    'train@1 run objective.loss "triplet" -> "supcon", objective.margin removed, objective.temperature set to 0.5 and 2 more',
  )
})

test('changed code names the module; a comment in it changes nothing', async (t) => {
  const rig = openRig(t, base)
  rig.edit('toy/score.ts', (text) => `// A remark.\n${text.replace('const sum =', 'const sum  =  /* inline */')}`)
  assert.deepEqual(await work(rig, {epochs: 2}), [])
  rig.edit('toy/loss-triplet.ts', (text) => text.replace('target - weight', 'weight - target'))
  assert.deepEqual((await work(rig, {epochs: 1}))[0], 'train@1 run code toy/loss-triplet.ts changed')
  rig.edit('toy/loss-supcon.ts', (text) => text.replace('tanh', 'sinh'))
  assert.deepEqual(
    (await work(rig, {epochs: 1}))[0],
    'train@1 run code toy/loss-triplet.ts changed',
    'a loss that is not used does not count',
  )
})

test('changed data names the parameter; what follows may stay', async (t) => {
  const rig = openRig(t, base)
  writeFileSync(join(rig.folder, 'numbers.txt'), '9 8 7')
  const lines = await work(rig, {epochs: 0})
  assert.deepEqual(lines, [
    'prepare run data.file: its files changed',
    'baseline maybe unless numbers of prepare comes out as before',
    'describe-val@0 maybe unless numbers of prepare comes out as before',
    'score@0 maybe unless described of describe-val@0 comes out as before',
  ])
})

test('other numerics are named', async (t) => {
  const rig = openRig(t, base)
  process.env.NEARMISS_THREADS = '8'
  t.after(() => delete process.env.NEARMISS_THREADS)
  assert.equal((await work(rig, {epochs: 0}))[0], 'baseline run threads "2" -> "8"')
})

test('damage is a reason', async (t) => {
  const rig = openRig(t, base)
  const metrics = rig.output('score@1', 'metrics')
  const {size} = statSync(metrics)
  truncateSync(metrics, 3)
  assert.deepEqual(await work(rig, {epochs: 2}), [
    `score@1 run entry damaged: metrics.json has 3 bytes, manifest says ${size}`,
  ])
})

test('dropped bytes are wanted again only where somebody who runs reads them', async (t) => {
  const rig = openRig(t, base)
  rmSync(dirname(rig.output('mine@1', 'batches')), {recursive: true})
  const [first, second, ...rest] = await work(rig, {epochs: 2})
  assert.deepEqual(
    [first, second],
    ['describe-all@1 run described was dropped, mine@1 reads it', 'mine@1 run no longer in the store'],
  )
  assert.ok(rest.every((line) => / maybe unless /.test(line)))
})

test('a plan is what the run then does', async (t) => {
  const rig = openRig(t, base)
  const options = {run: 'b', epochs: 2, set: ['objective.margin=0.2', 'mining.sampler=random']}
  const plan = await rig.plan(options)
  const {computed, hits} = await rig.run(options)
  for (const {node, state} of plan) {
    if (state === 'run') assert.ok(computed.includes(node), `${node} was to run`)
    if (state === 'hit') assert.ok(hits.includes(node), `${node} was to be a hit`)
  }
  assert.deepEqual(new Set([...computed, ...hits]), new Set(plan.map(({node}) => node)))
})
