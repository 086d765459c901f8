import assert from 'node:assert/strict'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {setTimeout} from 'node:timers/promises'
import {findRunner, logFile, readRefs} from '../../lib/pipeline/runs.ts'
import {isAlive, openRig, type Rig, type Runner} from './rig.ts'

const training = {run: 'b', epochs: 1, set: ['objective.margin=0.2']}

let base: Rig
let model: string
before(async (t) => {
  base = openRig(t as TestContext)
  assert.equal((await base.run({epochs: 1})).exitCode, 0)
  const straight = openRig(t as TestContext, base)
  await straight.run(training)
  model = readFileSync(straight.output('train@1', 'model', 'b'), 'utf8')
})

/** Waits until the training stage has done some steps. */
async function sawStep(runner: Runner, step: number): Promise<void> {
  for (;;) {
    await runner.saw('progress', 'train@1')
    if (runner.events.some((event) => event.kind === 'progress' && event.progress.done >= step)) return
    await setTimeout(10)
  }
}

test('Ctrl-C lets the stage write a snapshot and exits 85; the next run goes on there to the same bytes', async (t) => {
  const rig = openRig(t, base)
  rig.hold(3)
  const runner = rig.start(training)
  await sawStep(runner, 3)
  runner.process.kill('SIGINT')
  const {exitCode, events} = await runner.done()
  assert.equal(exitCode, 85)
  const stopped = events.at(-1)!
  assert.ok(stopped.kind === 'stopped')
  assert.deepEqual([stopped.node, stopped.step], ['train@1', 3])
  rig.letGo(3)
  const again = await rig.run(training)
  const started = again.events.find((event) => event.kind === 'started')!
  assert.deepEqual([started.node, started.resumedFromStep], ['train@1', 3])
  assert.equal(readFileSync(rig.output('train@1', 'model', 'b'), 'utf8'), model)
})

test('Ctrl-C during a stage without snapshots kills it: 130 when nothing was computed', async (t) => {
  const rig = openRig(t, base)
  const runner = rig.start({run: 'b', epochs: 1, set: ['metrics=[size]'], env: {NEARMISS_TOY_TROUBLE: 'score:sleep'}})
  await runner.saw('started', 'score@0')
  runner.process.kill('SIGINT')
  const {exitCode, events} = await runner.done()
  assert.equal(exitCode, 130)
  assert.deepEqual({...events.at(-1)!, at: ''}, {at: '', kind: 'stopped', node: 'score@0', reason: 'interrupted'})
})

test('a second Ctrl-C kills a stage that does not stop', async (t) => {
  const rig = openRig(t, base)
  const runner = rig.start({...training, env: {NEARMISS_TOY_TROUBLE: 'train:sleep'}})
  await runner.saw('started', 'train@1')
  runner.process.kill('SIGINT')
  await setTimeout(300)
  assert.equal(runner.process.exitCode, null)
  runner.process.kill('SIGINT')
  assert.equal((await runner.done()).exitCode, 130)
})

test('a SIGKILLed runner takes its stage along, and the next run goes on from the last snapshot', async (t) => {
  const rig = openRig(t, base)
  rig.hold(3)
  const runner = rig.start(training)
  await sawStep(runner, 3)
  const stage = stageOf(runner)
  runner.process.kill('SIGKILL')
  await runner.done()
  await gone(stage)
  rig.letGo(3)
  const again = await rig.run(training)
  const started = again.events.find((event) => event.kind === 'started')!
  assert.equal(started.resumedFromStep, 2)
  assert.equal(readFileSync(rig.output('train@1', 'model', 'b'), 'utf8'), model)
})

test('an orphan that cannot hear that its runner died still holds the lease: the next run waits for it', async (t) => {
  const rig = openRig(t, base)
  const runner = rig.start({...training, env: {NEARMISS_TOY_TROUBLE: 'train:block'}})
  await runner.saw('started', 'train@1')
  const log = logFile(rig.artifacts, 'b', 'train@1')
  while (!(existsSync(log) && readFileSync(log, 'utf8').includes('blocking'))) await setTimeout(10)
  const stage = stageOf(runner)
  runner.process.kill('SIGKILL')
  await runner.done()
  assert.equal(isAlive(stage), true)
  const again = rig.start(training)
  const waiting = await again.saw('waiting')
  assert.ok(waiting.kind === 'waiting')
  assert.deepEqual([waiting.what, waiting.node, waiting.pid], ['node', 'train@1', runner.process.pid])
  writeFileSync(join(rig.folder, 'unblock'), '')
  assert.equal((await again.done()).exitCode, 0)
  assert.equal(isAlive(stage), false)
})

test('a SIGKILLed stage is a failure that names the signal; the next run goes on', async (t) => {
  const rig = openRig(t, base)
  rig.hold(3)
  const runner = rig.start(training)
  await sawStep(runner, 3)
  process.kill(stageOf(runner), 'SIGKILL')
  const {exitCode, events} = await runner.done()
  rig.letGo(3)
  assert.equal(exitCode, 1)
  assert.equal(
    events.find((event) => event.kind === 'failed')!.problems[0],
    'the stage was killed (SIGKILL); is memory short?',
  )
  const again = await rig.run(training)
  assert.equal(again.events.find((event) => event.kind === 'started')!.resumedFromStep, 2)
  assert.equal(readFileSync(rig.output('train@1', 'model', 'b'), 'utf8'), model)
})

test('two runners on one run: one works, the other says for whom it waits, and nothing is computed twice', async (t) => {
  const rig = openRig(t, base)
  rig.hold(1)
  const first = rig.start(training)
  await first.saw('started', 'train@1')
  assert.deepEqual((await findRunner(rig.artifacts, 'b'))?.pid, first.process.pid)
  const second = rig.start(training)
  const waiting = await second.saw('waiting')
  assert.ok(waiting.kind === 'waiting')
  assert.deepEqual(
    [waiting.what, waiting.for, waiting.pid],
    ['run', `process ${first.process.pid} (run b)`, first.process.pid],
  )
  rig.letGo(1)
  const [one, two] = await Promise.all([first.done(), second.done()])
  assert.deepEqual([one.exitCode, two.exitCode], [0, 0])
  assert.deepEqual(one.computed, ['train@1', 'describe-val@1', 'score@1'])
  assert.deepEqual(two.computed, [])
  assert.equal(await findRunner(rig.artifacts, 'b'), undefined)
})

test('two runs that need the same key: the second waits for the first one to compute it', async (t) => {
  const rig = openRig(t, base)
  rig.hold(1)
  const first = rig.start(training)
  await first.saw('started', 'train@1')
  const second = rig.start({...training, run: 'c'})
  const waiting = await second.saw('waiting')
  assert.ok(waiting.kind === 'waiting')
  assert.deepEqual(
    [waiting.what, waiting.node, waiting.for],
    ['node', 'train@1', `process ${first.process.pid} (run b)`],
  )
  rig.letGo(1)
  const [one, two] = await Promise.all([first.done(), second.done()])
  assert.ok(two.hits.includes('train@1'))
  assert.deepEqual([...one.computed, ...two.computed].sort(), ['describe-val@1', 'score@1', 'train@1'])
  assert.equal(readRefs(rig.artifacts, 'b')['train@1'], readRefs(rig.artifacts, 'c')['train@1'])
})

test('--no-wait exits with 4 at a locked run and at a locked key', async (t) => {
  const rig = openRig(t, base)
  rig.hold(1)
  const first = rig.start(training)
  await first.saw('started', 'train@1')
  assert.equal((await rig.run({...training, noWait: true})).exitCode, 4)
  assert.equal((await rig.run({...training, run: 'c', noWait: true})).exitCode, 4)
  rig.letGo(1)
  assert.equal((await first.done()).exitCode, 0)
})

test('Ctrl-C ends the waiting for another runner', async (t) => {
  const rig = openRig(t, base)
  rig.hold(1)
  const first = rig.start(training)
  await first.saw('started', 'train@1')
  const second = rig.start(training)
  await second.saw('waiting')
  second.process.kill('SIGINT')
  assert.equal((await second.done()).exitCode, 130)
  rig.letGo(1)
  assert.equal((await first.done()).exitCode, 0)
})

/** Process of the stage that a runner has started. */
function stageOf(runner: Runner): number {
  const pid = runner.process.pid!
  return Number(
    readFileSync(join('/proc', String(pid), 'task', String(pid), 'children'), 'utf8')
      .trim()
      .split(' ')
      .at(-1),
  )
}

async function gone(pid: number): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (!isAlive(pid)) return
    await setTimeout(10)
  }
  assert.fail('the stage lives on without its runner')
}
