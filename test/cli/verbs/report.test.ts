import assert from 'node:assert/strict'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss, toyProject} from '../rig.ts'

test('a run becomes one page with numbers, pictures and provenance, and figures become files', async (context) => {
  const {folder, set} = await tinyProject(context)
  const run = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(run.code, 0, run.stderr)
  const made = await nearmiss(folder, 'report', '--figures', 'figures')
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^artifacts\/runs\/demo\/report\.html {2}[\d.]+ [kM]B$/m)
  const html = await readFile(join(folder, 'artifacts/runs/demo/report.html'), 'utf8')
  for (const id of [
    'headline',
    'curves',
    'retrieval',
    'gallery',
    'map',
    'classes',
    'triplets',
    'duplicates',
    'provenance',
  ]) {
    assert.ok(html.includes(`<section id="${id}"`), id)
  }
  assert.match(html, /<th scope="row" class="text">evaluate@1<\/th>/)
  assert.match(html, /<code>tensorflow-/)
  const files = await readdir(join(folder, 'figures'))
  for (const name of ['info-plot.svg', 'recoveries.png', 'epochs.csv', 'classes.json'])
    assert.ok(files.includes(name), name)
})

test('a run without descriptors still has its numbers, and says what is missing', async (context) => {
  const folder = await toyProject(context)
  assert.equal((await nearmiss(folder, 'run', '--epochs', '2')).code, 0)
  const {code, stderr} = await nearmiss(folder, 'report', 'demo', '--out', 'pages/a.html')
  assert.equal(code, 0, stderr)
  const html = await readFile(join(folder, 'pages/a.html'), 'utf8')
  assert.match(html, /Descriptors of epoch 2 are not in the store, so what is drawn from them is left out\./)
  assert.match(html, /<section id="curves"/)
})

test('two runs become one page that compares them', async (context) => {
  const folder = await toyProject(context)
  assert.equal((await nearmiss(folder, 'run', '--epochs', '2')).code, 0)
  assert.equal((await nearmiss(folder, 'run', '--epochs', '2', '--run', 'fast', '--set', 'learning.rate=0.2')).code, 0)
  const {code, stdout} = await nearmiss(folder, 'report', 'demo', 'fast')
  assert.equal(code, 0)
  assert.match(stdout, /^artifacts\/runs\/demo\/report-demo-fast\.html/)
  const html = await readFile(join(folder, 'artifacts/runs/demo/report-demo-fast.html'), 'utf8')
  assert.match(html, /learning\.rate/)
})

test('a run that is not there, or has no epoch yet, is a wrong command', async (context) => {
  const folder = await toyProject(context)
  const absent = await nearmiss(folder, 'report', 'nobody')
  assert.deepEqual([absent.code, absent.stderr], [2, 'nearmiss: There is no run yet. Start one: make epoch\n'])
  assert.equal((await nearmiss(folder, 'stage', 'prepare-splits')).code, 0)
  const early = await nearmiss(folder, 'report', 'demo')
  assert.equal(early.code, 2)
  assert.match(early.stderr, /No epoch of run demo has been measured yet\./)
})
