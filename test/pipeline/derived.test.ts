import assert from 'node:assert/strict'
import {rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {type Derived, executeDerived} from '../../lib/pipeline/derived.ts'
import type {Event} from '../../lib/pipeline/event.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {openRig, type Rig} from './rig.ts'

let base: Rig
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 2})).exitCode, 0)
})

// Not in pipeline.yaml: training numbers as measured ones are described, and a score of these.
const rest = {params: [], with: {}, keep: {}}
const entries = {
  'describe-train': {
    ...rest,
    run: 'describe',
    in: {numbers: {stage: 'prepare', output: 'numbers'}, model: {stage: 'carry', output: 'model'}},
    out: {described: 'described'},
    with: {split: 'train'},
  },
  'score-train': {
    ...rest,
    run: 'score',
    in: {described: {stage: 'describe-train', output: 'described'}},
    out: {metrics: 'metrics'},
    params: ['metrics'],
    // The toy describes every split alike: without another value this would be score@2.
    with: {split: 'train'},
  },
}

async function derive(rig: Rig, node: string, wired = entries): Promise<Derived & {computed: string[]}> {
  const computed: string[] = []
  const onEvent = (event: Event) => {
    if (event.kind === 'committed') computed.push(event.node)
  }
  return {...(await executeDerived({...rig.request(), entries: wired, node, onEvent})), computed}
}

test('what is derived from a run is computed with what it needs, once', async (t) => {
  const rig = openRig(t, base)
  const first = await derive(rig, 'score-train@2')
  assert.deepEqual(first.computed, ['describe-train@2', 'score-train@2'])
  assert.deepEqual(first.files, {metrics: rig.output('score-train@2', 'metrics')})
  const second = await derive(rig, 'score-train@2')
  assert.deepEqual([second.computed, second.files], [[], first.files])
  assert.deepEqual(await rig.faults(), [])
})

test('the artifacts of a run are taken as they are, also when the code that made them has changed', async (t) => {
  const rig = openRig(t, base)
  const before = readRefs(rig.artifacts, 'toy')['train@2']
  rig.edit('toy/train.ts', (text) => `${text}\nexport const another = 1\n`)
  const {computed} = await derive(rig, 'describe-train@2')
  assert.deepEqual(computed, ['describe-train@2'])
  assert.equal(readRefs(rig.artifacts, 'toy')['train@2'], before)
})

test('an output that was let go is said so, with what to take instead', async (t) => {
  const rig = openRig(t, base)
  assert.deepEqual(rig.dropped('train@1'), ['training'])
  const describe = entries['describe-train']
  const reader = {...describe, in: {...describe.in, model: {stage: 'carry', output: 'training'}}}
  await assert.rejects(derive(rig, 'score-train@1', {...entries, 'describe-train': reader}), {
    name: 'UserError',
    message: 'training of train@1 was let go by a keep rule. Take the best or the last epoch',
  })
})

test('what the run never computed is not computed for it', async (t) => {
  const rig = openRig(t, base)
  await assert.rejects(derive(rig, 'score-train@3'), {
    name: 'UserError',
    message: /^\S+@3 is not in the store\. Compute it: npx nearmiss run --run toy/,
  })
})

test('damage since is mended by computing it again', async (t) => {
  const rig = openRig(t, base)
  const {files} = await derive(rig, 'score-train@2')
  rmSync(dirname(files.metrics!), {recursive: true})
  const again = await derive(rig, 'score-train@2')
  assert.deepEqual(again.computed, ['score-train@2'])
  assert.deepEqual(again.files, files)
})
