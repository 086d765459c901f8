import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import type {Event} from '../../lib/pipeline/event.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {executeStage, type StageByHandResult} from '../../lib/pipeline/stage-by-hand.ts'
import {openRig, type Rig, type RigOptions} from './rig.ts'

let base: Rig
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 2})).exitCode, 0)
})

interface ByHand extends RigOptions {
  readonly stage: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly out?: string
}

async function byHand(
  rig: Rig,
  {stage, inputs = {}, out, ...options}: ByHand,
): Promise<StageByHandResult & {events: Event[]}> {
  const events: Event[] = []
  const onEvent = (event: Event) => events.push(event)
  const result = await executeStage({...rig.request(options), stage, inputs, out, onEvent})
  return {...result, events}
}

test('a stage by hand that is in the store is a hit, and says where its outputs are', async (t) => {
  const rig = openRig(t, base)
  const {exitCode, files, events} = await byHand(rig, {stage: 'mine', epochs: 1})
  assert.equal(exitCode, 0)
  assert.deepEqual(files, {batches: rig.output('mine@1', 'batches')})
  assert.ok(events.some((event) => event.kind === 'hit' && event.node === 'mine@1'))
})

test('a stage by hand computes itself from what the run has, and nothing after it', async (t) => {
  const rig = openRig(t, base)
  rmSync(dirname(rig.output('score@2', 'metrics')), {recursive: true})
  const {exitCode, events} = await byHand(rig, {stage: 'score', epochs: 2})
  assert.equal(exitCode, 0)
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'committed' ? [event.node] : [])),
    ['score@2'],
  )
})

test('a stage by hand computes nothing before it, and says what to run', async (t) => {
  const rig = openRig(t, base)
  await assert.rejects(
    byHand(rig, {stage: 'mine', epochs: 1}).then(() => byHand(rig, {stage: 'score', epochs: 3})),
    {
      name: 'UserError',
      message: [
        'describe-all@3 is not there: never computed',
        'mine@3 is not there: never computed',
        'train@3 is not there: never computed',
        'describe-val@3 is not there: never computed',
        'A stage by hand computes nothing else. Run first: npx nearmiss run --run toy',
      ].join('\n'),
    },
  )
})

test('loose files and other parameters go to a folder of their own; run and store stay as they are', async (t) => {
  const rig = openRig(t, base)
  const refs = readRefs(rig.artifacts, 'toy')
  const [out, loose] = [join(rig.folder, 'out'), join(rig.folder, 'loose.json')]
  writeFileSync(loose, '{"values": [1, 2, 3, 4]}')
  const set = ['metrics=[size]']
  const {exitCode, files} = await byHand(rig, {stage: 'score', epochs: 0, inputs: {described: loose}, out, set})
  assert.equal(exitCode, 0)
  assert.deepEqual(files, {metrics: join(out, 'metrics.json')})
  assert.deepEqual(JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')), {metrics: {size: 4}})
  assert.deepEqual(readdirSync(out).sort(), ['metrics.json', 'score.log'])
  assert.deepEqual(readRefs(rig.artifacts, 'toy'), refs)
})

test('inputs that are not given come from the run', async (t) => {
  const rig = openRig(t, base)
  const out = join(rig.folder, 'out')
  await byHand(rig, {stage: 'train', epochs: 1, out})
  assert.deepEqual(readFileSync(join(out, 'model.json')), readFileSync(rig.output('train@1', 'model')))
})

test('all inputs that are missing or unknown are told at once', async (t) => {
  const rig = openRig(t, base)
  const inputs = {modle: 'x', batches: join(rig.folder, 'nowhere')}
  await assert.rejects(byHand(rig, {stage: 'train', epochs: 2, out: join(rig.folder, 'out'), inputs, run: 'new'}), {
    message: [
      '--in modle=x: train has no input modle; did you mean "model"?',
      `--in batches=${inputs.batches}: there is no such file`,
      'input model is model of train@1, which run new has not computed. Give a file: --in model=PATH',
      'input training is training of train@1, which run new has not computed. Give a file: --in training=PATH',
    ].join('\n'),
  })
  await assert.rejects(byHand(rig, {stage: 'mine', epochs: 1, out: join(rig.folder, 'out')}), {
    message:
      'input described is described of describe-all@1, which run toy has let go by a keep rule. Give a file: --in described=PATH',
  })
  assert.equal(existsSync(join(rig.folder, 'out')), false)
})

test('an output that breaks its contract is left nowhere', async (t) => {
  const rig = openRig(t, base)
  process.env.NEARMISS_TOY_TROUBLE = 'score:broken'
  t.after(() => delete process.env.NEARMISS_TOY_TROUBLE)
  const out = join(rig.folder, 'out')
  const {exitCode, events} = await byHand(rig, {stage: 'score', epochs: 0, out})
  assert.equal(exitCode, 6)
  assert.deepEqual(events.find((event) => event.kind === 'failed')?.problems, [
    'metrics.json: score is NaN',
    'metrics.json: size is negative',
  ])
  assert.deepEqual(readdirSync(out), ['score.log'])
})
