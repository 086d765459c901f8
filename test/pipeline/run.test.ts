import assert from 'node:assert/strict'
import {copyFileSync, existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {ConfigError} from '../../lib/pipeline/config-error.ts'
import type {Event} from '../../lib/pipeline/event.ts'
import {executeRun} from '../../lib/pipeline/run.ts'
import {findRun, readEvents, readRefs} from '../../lib/pipeline/runs.ts'
import type {UserError} from '../../lib/user-error.ts'
import {openRig, type Rig} from './rig.ts'

const epochOne = ['describe-all@1', 'mine@1', 'train@1', 'describe-val@1', 'score@1']
const start = ['prepare', 'initialize', 'baseline', 'describe-val@0', 'score@0']

// One epoch, computed once: every test goes on from a copy of it.
let base: Rig
before(async (t) => {
  base = openRig(t as TestContext)
  const first = await base.run({epochs: 1})
  assert.deepEqual([first.exitCode, first.computed], [0, [...start, ...epochOne]])
})

test('a run that is asked again finds everything and computes nothing', async (t) => {
  const rig = openRig(t, base)
  const again = await rig.run({epochs: 1})
  assert.equal(again.exitCode, 0)
  assert.deepEqual(again.computed, [])
  assert.deepEqual(again.hits, [...start, ...epochOne])
  const finished = again.events.at(-1)!
  assert.deepEqual(
    {...finished, at: '', seconds: 0},
    {at: '', kind: 'run-finished', run: 'toy', computed: 0, hits: 10, seconds: 0},
  )
})

test('more epochs reuse the earlier ones', async (t) => {
  const rig = openRig(t, base)
  const more = await rig.run({set: ['epochs=2']})
  assert.deepEqual(more.hits, [...start, ...epochOne])
  // The plan of epoch 2 comes out as that of epoch 1, but its key is another one: it was made from other descriptors.
  assert.deepEqual(more.computed, ['describe-all@2', 'mine@2', 'train@2', 'describe-val@2', 'score@2'])
})

test('equal bytes stop a cascade: a data file that was only reformatted re-runs its reader and nothing else', async (t) => {
  const rig = openRig(t, base)
  writeFileSync(join(rig.folder, 'numbers.txt'), '3  1  2\n5 4 6\n')
  const {computed} = await rig.run({epochs: 1})
  assert.deepEqual(computed, ['prepare'])
})

test('an input counts only by what a stage reads of it', async (t) => {
  const rig = openRig(t, base)
  copyFileSync(join(rig.folder, 'numbers.txt'), join(rig.folder, 'other.txt'))
  // prepare writes the file's name into its output: mine reads all of that, describe only the numbers.
  const {computed} = await rig.run({run: 'moved', epochs: 1, set: ['data.file=other.txt']})
  assert.deepEqual(computed, ['prepare', 'mine@1'])
})

test('an input that the parameters make unneeded is neither computed nor keyed', async (t) => {
  const rig = openRig(t, base)
  const {computed, hits} = await rig.run({run: 'random', epochs: 1, set: ['mining.sampler=random']})
  assert.deepEqual(computed, ['mine@1'], 'the plan comes out as before: nothing after it runs')
  assert.equal(hits.includes('describe-all@1'), false)
  const late = await rig.run({run: 'late', epochs: 1, set: ['mining.from_epoch=2']})
  assert.equal(late.computed[0], 'mine@1')
  assert.equal(late.hits.includes('describe-all@1'), false)
})

test('other parameters under the same name are refused with the differences and a name for the new run', async (t) => {
  const rig = openRig(t, base)
  const changed = rig.run({epochs: 1, set: ['objective.margin=0.2', 'seed=3']})
  await assert.rejects(changed, (error: ConfigError) => {
    assert.equal(
      error.message,
      [
        '--set seed=3: seed is 3, but run toy was made with 1',
        '--set objective.margin=0.2: objective.margin is 0.2, but run toy was made with 0.1',
        '--run toy: a run keeps the parameters of its first epoch. To go on with it as it is, say again --set seed=1 --set objective.margin=0.1. Give the changed run a name of its own: --run toy-seed-3 (equal work is shared)',
      ].join('\n'),
    )
    return true
  })
  assert.equal(findRun(rig.artifacts, 'toy')!.params.seed, 1)
})

test('a run whose first epoch has not begun may still change its parameters', async (t) => {
  const rig = openRig(t)
  await assert.rejects(rig.run({epochs: 0, set: ['data.file=nowhere.txt']}), ConfigError)
  writeFileSync(join(rig.folder, 'numbers.txt'), 'x')
  const wrong = await rig.start({epochs: 0, env: {NEARMISS_TOY_TROUBLE: 'initialize:user'}}).done()
  assert.equal(wrong.exitCode, 1)
  writeFileSync(join(rig.folder, 'other.txt'), '1 2')
  const mended = await rig.run({epochs: 0, set: ['data.file=other.txt']})
  assert.equal(mended.exitCode, 0)
  assert.deepEqual(findRun(rig.artifacts, 'toy')!.params.data, {file: 'other.txt', folder: null})
})

test('data that is not there is said before anything starts, with the parameter to set', async (t) => {
  const rig = openRig(t)
  const missing = rig.run({epochs: 0, set: ['data.file=nowhere.txt', 'data.folder=numbers.txt']})
  await assert.rejects(missing, (error: Error) => {
    const file = join(rig.folder, 'nowhere.txt')
    const folder = join(rig.folder, 'numbers.txt')
    assert.equal(
      error.message,
      `--set data.file=nowhere.txt: data.file: there is no file ${file}. Bring it there, or give its path: --set data.file=PATH\n` +
        `--set data.folder=numbers.txt: data.folder: ${folder} is not a folder. Bring it there, or give its path: --set data.folder=PATH`,
    )
    return true
  })
  assert.equal(existsSync(join(rig.artifacts, 'runs')), false)
})

test('an output that breaks its contract is not committed: exit code 6, all problems, the attempt is kept', async (t) => {
  const rig = openRig(t, base)
  const {exitCode, events} = await rig
    .start({run: 'b', epochs: 1, set: ['metrics=[size]'], env: {NEARMISS_TOY_TROUBLE: 'score:broken'}})
    .done()
  assert.equal(exitCode, 6)
  const failed = events.find((event) => event.kind === 'failed')!
  assert.deepEqual(failed.problems.slice(0, 2), ['metrics.json: score is NaN', 'metrics.json: size is negative'])
  const [attempt] = readdirSync(join(rig.artifacts, 'tmp'))
  assert.equal(failed.problems[2], `what the stage wrote is kept in ${join(rig.artifacts, 'tmp', attempt!)}`)
  assert.equal(readRefs(rig.artifacts, 'b')['score@0'], undefined)
  const mended = await rig.run({run: 'b', epochs: 1, set: ['metrics=[size]']})
  assert.equal(mended.exitCode, 0)
  assert.deepEqual(readdirSync(join(rig.artifacts, 'tmp')), [], 'the next attempt at the same key cleans up')
})

test('what a user can mend is shown without a stack, a bug with where it was thrown', async (t) => {
  const rig = openRig(t, base)
  const user = await rig
    .start({run: 'b', epochs: 1, set: ['metrics=[size]'], env: {NEARMISS_TOY_TROUBLE: 'score:user'}})
    .done()
  assert.equal(user.exitCode, 1)
  const told = user.events.find((event) => event.kind === 'failed')!
  assert.deepEqual(told.problems, ['two files cannot be read:', '  a.jpg', '  b.jpg'])
  const bug = await rig
    .start({run: 'b', epochs: 1, set: ['metrics=[size]'], env: {NEARMISS_TOY_TROUBLE: 'score:bug'}})
    .done()
  assert.equal(bug.exitCode, 1)
  const shown = bug.events.find((event) => event.kind === 'failed')!
  assert.equal(shown.problems[0], 'TypeError: weight is not a function')
  assert.match(shown.problems[1]!, /at multiply .*trouble\.ts:\d+/)
  assert.match(readFileSync(shown.log, 'utf8'), /TypeError: weight is not a function/)
  assert.deepEqual(readdirSync(join(rig.artifacts, 'tmp')), [])
})

test('a full disk in a stage is one sentence that says what to do', async (t) => {
  const rig = openRig(t, base)
  const full = await rig
    .start({run: 'b', epochs: 1, set: ['metrics=[size]'], env: {NEARMISS_TOY_TROUBLE: 'score:full'}})
    .done()
  assert.deepEqual(full.events.find((event) => event.kind === 'failed')!.problems, [
    'the disk is full: model.json (ENOSPC, write). Free some space and run again: what is committed stays, nothing is computed twice',
  ])
})

test('events are appended to the run, a torn last line does not swallow the next, and that all is still there is no news', async (t) => {
  const rig = openRig(t, base)
  const file = join(rig.artifacts, 'runs', 'toy', 'events.jsonl')
  const before = readEvents(rig.artifacts, 'toy').length
  writeFileSync(file, '{"at": "20', {flag: 'a'})
  const {hits} = await rig.run({epochs: 1})
  const news = readEvents(rig.artifacts, 'toy').slice(before)
  assert.equal(hits.length, 10)
  assert.deepEqual(
    news.map(({kind}) => kind),
    ['run-started', 'run-finished'],
  )
})

test('the kept numbers of a stage are in its manifest, and its values are not more than it declared', async (t) => {
  const rig = openRig(t, base)
  const manifest = JSON.parse(readFileSync(join(dirname(rig.output('train@1', 'model')), 'manifest.json'), 'utf8')) as {
    facts: unknown
    record: {values: unknown; numerics: unknown}
  }
  assert.deepEqual(manifest.facts, {steps: 6})
  assert.deepEqual(manifest.record.values, {objective: {loss: 'triplet', margin: 0.1}})
  assert.deepEqual(manifest.record.numerics, {threads: '2'})
})

test('a run name that is no name is refused', async (t) => {
  const rig = openRig(t, base)
  await assert.rejects(rig.run({run: '../x'}), {
    message: '--run ../x: a run is named with letters, digits, . _ and -, starting with a letter or digit',
  })
})

test('a folder counts by names, sizes and times of its files', async (t) => {
  const rig = openRig(t, base)
  const options = {run: 'tree', epochs: 0, set: ['data.folder=toy']}
  assert.deepEqual((await rig.run(options)).computed, ['prepare'])
  assert.deepEqual((await rig.run(options)).computed, [])
  utimesSync(join(rig.folder, 'toy', 'pipeline.yaml'), 1, 1)
  assert.deepEqual((await rig.run(options)).computed, ['prepare'])
})

test('a stage whose code does not parse is a problem of the user, with its position', async (t) => {
  const rig = openRig(t, base)
  rig.edit('toy/score.ts', (text) => `${text}\nconst = 3\n`)
  await assert.rejects(rig.run({epochs: 1}), (error: UserError) => {
    assert.equal(error.name, 'UserError')
    assert.match(error.message, /^the code of a stage cannot be read:\ntoy\/score\.ts:\d+:\d+: /)
    return true
  })
})

test('an input that another run lets go of between look-up and reading is computed again', async (t) => {
  const rig = openRig(t, base)
  rmSync(join(rig.artifacts, 'cache'), {recursive: true}) // so that the file has to be looked into
  const file = rig.output('prepare', 'numbers')
  const reasons: string[] = []
  const onEvent = (event: Event) => {
    if (event.kind === 'started') reasons.push(`${event.node}: ${event.reason}`)
    if (event.kind !== 'hit' || event.node !== 'prepare') return
    writeFileSync(`${file}.dropped`, '')
    rmSync(file)
  }
  const {exitCode} = await executeRun({...rig.request({epochs: 1}), onEvent})
  assert.equal(exitCode, 0)
  assert.deepEqual(reasons, ['prepare: numbers was dropped, baseline reads it'])
})
