import assert from 'node:assert/strict'
import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {tinyProject} from '../../stages/tiny-project.ts'
import {nearmiss, toyProject} from '../rig.ts'

test('a run on pictures', async (context) => {
  const {folder, set} = await tinyProject(context)
  const run = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(run.code, 0, run.stderr)
  const options = ['--figures', 'figures', '--tensorboard', 'board', '--tables', 'tables']
  const {code, stdout, stderr} = await nearmiss(folder, 'report', ...options)
  assert.equal(code, 0, stderr)
  const text = (file: string) => readFile(join(folder, file), 'utf8')
  const linesOf = async (file: string) => (await text(file)).trimEnd().split('\n')

  await context.test('becomes one page with numbers, pictures and provenance', async () => {
    assert.match(stdout, /^artifacts\/runs\/demo\/report\.html {2}[\d.]+ [kM]B$/m)
    const html = await text('artifacts/runs/demo/report.html')
    const parts = [
      'headline',
      'curves',
      'retrieval',
      'gallery',
      'map',
      'classes',
      'triplets',
      'duplicates',
      'provenance',
    ]
    for (const id of parts) assert.ok(html.includes(`<section id="${id}"`), id)
    assert.match(html, /<th scope="row" class="text">evaluate@1<\/th>/)
    assert.match(html, /<code>tensorflow-/)
    const {metrics} = JSON.parse(await text('tables/evaluate@1.metrics.json'))
    assert.ok(
      html.includes(`<td class="number">${metrics.precision_at_1.toFixed(4)} (`),
      'the number, with its interval',
    )
  })

  await context.test('becomes figures', async () => {
    const files = await readdir(join(folder, 'figures'))
    for (const name of ['info-plot.svg', 'recoveries.png', 'epochs.csv', 'classes.json'])
      assert.ok(files.includes(name))
  })

  await context.test('becomes files for TensorBoard, with a class for every vector', async () => {
    assert.match(stdout, /numbers for: tensorboard --logdir board$/m)
    const events = await text('board/demo/events.out.tfevents.0.nearmiss')
    const tags = ['val/precision_at_1', 'epoch/loss', 'step/loss', 'val/nearest_distance_when_wrong']
    for (const tag of tags) assert.ok(events.includes(tag), tag)
    const [vectors, classes] = [await linesOf('board/demo/descriptors.tsv'), await linesOf('board/demo/classes.tsv')]
    assert.equal(vectors.length, classes.length - 1)
    assert.match(await text('board/demo/projector_config.pbtxt'), /single_image_dim: 48/)
  })

  await context.test('becomes tables of the same rows as the artifacts', async () => {
    const queries = JSON.parse(await text('tables/evaluate@1.queries.json'))
    const shown = await nearmiss(folder, 'show', 'evaluate@1.queries', '--head', '1000', '--json')
    assert.deepEqual(queries, JSON.parse(shown.stdout).head)
    const [titles, ...rows] = await linesOf('tables/extract-val@1.descriptors.csv')
    assert.equal(rows.length, queries.length)
    assert.match(titles!, /^id,vector_0,vector_1,/)
  })
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
