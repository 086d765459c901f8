import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'
import {before, type TestContext, test} from 'node:test'
import {ConfigError} from '../../lib/pipeline/config-error.ts'
import {findMetrics, findRun, readEvents, readRefs} from '../../lib/pipeline/runs.ts'
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
    assert.equal(error.exitCode, 2)
    assert.equal(
      error.message,
      [
        '--set seed=3: seed is 3, but run toy was made with 1',
        '--set objective.margin=0.2: objective.margin is 0.2, but run toy was made with 0.1',
        '--run toy: a run keeps the parameters of its first epoch. Give the changed run a name of its own: --run toy-seed-3 (equal work is shared)',
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

test('what a user can mend is shown without a stack, a bug with the end of its log', async (t) => {
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
  assert.match(shown.problems.join('\n'), /at .*trouble\.ts:\d+/)
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

test('events are appended to the run, and a torn last line does not swallow the next', async (t) => {
  const rig = openRig(t, base)
  const file = join(rig.artifacts, 'runs', 'toy', 'events.jsonl')
  const before = readEvents(rig.artifacts, 'toy').length
  writeFileSync(file, '{"at": "20', {flag: 'a'})
  await rig.run({epochs: 1})
  assert.equal(readEvents(rig.artifacts, 'toy').length, before + 12)
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
