import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {type TestContext, test} from 'node:test'
import {readQueries} from '../../../lib/tables/queries.ts'
import {nearmiss} from '../../cli/rig.ts'
import {drawPicture, writeFiles} from '../../data/pictures.ts'

const project = resolve(import.meta.dirname, '../../..')
const small = [
  'image.train=[{random_resized_crop: {size: 32, scale: [0.5, 1]}}]',
  'image.eval=[{resize: 32}, {center_crop: 32}]',
  'model.width=8',
  'mining={sampler: classes, classes_per_batch: 4, images_per_class: 3, passes: 1}',
  'metrics={names: [precision_at_1, recall_at_k], k: [1, 2], bootstrap: {resamples: 100}}',
].flatMap((one) => ['--set', one])

interface Sets {
  readonly metrics: Readonly<Record<string, number>>
  readonly sets: readonly {readonly name: string; readonly metrics: Readonly<Record<string, number>>}[]
}

/** A project whose pictures are a data set of four images a class, trained for no epoch; `data` says how it is split. */
async function runOn(context: TestContext, draw: (root: string) => Promise<void>, data: string) {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-sets-'))
  context.after(() => rm(folder, {recursive: true, force: true}))
  const pipeline = await readFile(join(project, 'pipeline.yaml'), 'utf8')
  const own = `  data: {root: pictures, ${data}}\n`
  await writeFile(join(folder, 'pipeline.yaml'), pipeline.replace(/^ {2}data:\n( {4}.*\n)+/m, own))
  await draw(join(folder, 'pictures'))
  const command = async (...args: string[]) => {
    const {code, stdout, stderr} = await nearmiss(folder, ...args)
    assert.equal(code, 0, stdout + stderr)
    return stdout
  }
  const output = await command('run', '--epochs', '0', ...small)
  return {folder, output, command}
}

/** Vehicles 1 to 8 are trained on, 11 to 16 tested: two in the small list, four in the middle one, six in the large one. */
async function drawVehicles(root: string): Promise<void> {
  const rows = [...range(1, 8), ...range(11, 16)].flatMap((vehicle) =>
    range(0, 3).map((i) => ({vehicle, number: `${vehicle * 10 + i}`.padStart(7, '0')})),
  )
  const list = (last: number, first = 11) =>
    `${rows.flatMap(({vehicle, number}) => (vehicle >= first && vehicle <= last ? [`${number} ${vehicle}`] : [])).join('\n')}\n`
  await drawAll(
    root,
    rows.map(({number}) => `image/${number}.jpg`),
    {
      'train_test_split/train_list.txt': list(8, 1),
      'train_test_split/test_list_800.txt': list(12),
      'train_test_split/test_list_1600.txt': list(14),
      'train_test_split/test_list_2400.txt': list(16),
    },
  )
}

/** Items 1 to 8 are trained on; of 11 to 14 the first image asks and the other three are the gallery. */
async function drawClothes(root: string): Promise<void> {
  const rows = [...range(1, 8), ...range(11, 14)].flatMap((label) =>
    range(0, 3).map((i) => {
      const item = `id_${String(label).padStart(8, '0')}`
      return {path: `img/${item}/${i}.jpg`, item, status: label <= 8 ? 'train' : i === 0 ? 'query' : 'gallery'}
    }),
  )
  const entries = rows.map(({path, item, status}) => `${path} ${item} ${status}`)
  await drawAll(
    root,
    rows.map(({path}) => path),
    {'list_eval_partition.txt': [rows.length, 'image_name item_id evaluation_status', ...entries, ''].join('\n')},
  )
}

async function drawAll(root: string, paths: readonly string[], index: Readonly<Record<string, string>>): Promise<void> {
  const pictures = paths.map(async (path, number) => [path, await drawPicture(number, {format: 'jpeg'})] as const)
  writeFiles(root, {...index, ...Object.fromEntries(await Promise.all(pictures))})
}

function range(from: number, to: number): number[] {
  return Array.from({length: to - from + 1}, (_, i) => from + i)
}

test('VehicleID’s three test sets are measured under their names: in the test, and where the publication chooses on them', async (context) => {
  const official = 'format: vehicle-id, protocol: official'
  const {folder, output, command} = await runOn(context, drawVehicles, official)
  assert.doesNotMatch(output, /vehicle-id-800/) // validation is on training classes, which are one set
  const shown = await command('evaluate', '--split', 'test', '--run', 'demo')
  for (const [size, queries, classes] of [
    [800, 8, 2],
    [1600, 16, 4],
    [2400, 24, 6],
  ])
    assert.match(shown, new RegExp(`^test set vehicle-id-${size}, ${queries} queries of ${classes} classes$`, 'm'))
  assert.match(shown, /^mean of 3 test sets$/m)
  const measured = join(folder, 'artifacts/runs/demo/measured/test@0')
  const {metrics, sets} = JSON.parse(readFileSync(join(measured, 'metrics.json'), 'utf8')) as Sets
  assert.deepEqual(
    sets.map(({name}) => name),
    ['vehicle-id-800', 'vehicle-id-1600', 'vehicle-id-2400'],
  )
  const mean = sets.reduce((sum, one) => sum + one.metrics.precision_at_1!, 0) / 3
  assert.ok(Math.abs(metrics.precision_at_1! - mean) < 1e-12)
  // A set's numbers are those of its own queries, and harder sets find no more.
  const queries = await readQueries(join(measured, 'queries.arrow'))
  for (const {name, metrics} of sets) {
    const own = queries.precisionAt1.filter((_, row) => queries.set[row] === name)
    assert.equal(own.reduce((sum, value) => sum + value, 0) / own.length, metrics.precision_at_1)
  }
  assert.ok(sets[0]!.metrics.recall_at_2! >= sets[2]!.metrics.recall_at_2! - 0.5)
})

test('where a publication chooses on the test sets, status, show and the report name each of them', async (context) => {
  const roth = 'format: vehicle-id, protocol: roth'
  const {folder, output, command} = await runOn(context, drawVehicles, roth)
  assert.match(output, /epoch 0, by test set +precision@1/)
  const status = await command('status')
  assert.match(status, /^vehicle-id-1600 +[01]\.\d{4}/m)
  const json = JSON.parse(await command('status', '--json')) as {epochs: Sets[]}
  assert.deepEqual(
    json.epochs[0]!.sets.map(({name}) => name),
    ['vehicle-id-800', 'vehicle-id-1600', 'vehicle-id-2400'],
  )
  const shown = await command('show', 'evaluate@0.metrics', '--json')
  assert.match(shown, /"name": "vehicle-id-800"/)
  await command('report')
  const page = readFileSync(join(folder, 'artifacts/runs/demo/report.html'), 'utf8')
  assert.match(page, /vehicle-id-800/)
  assert.match(page, /Pictures and classes are those of vehicle-id-2400, the largest of 3 test sets\./)
})

test('In-Shop’s queries look among its gallery, and the number has its name everywhere', async (context) => {
  const {folder, command} = await runOn(context, drawClothes, 'format: in-shop, protocol: official')
  const shown = await command('evaluate', '--split', 'test', '--run', 'demo')
  assert.match(
    shown,
    /split test, test set in-shop, convention exact, 4 queries of 4 classes among 12 images of a gallery/,
  )
  const measured = join(folder, 'artifacts/runs/demo/measured/test@0')
  const metrics = JSON.parse(readFileSync(join(measured, 'metrics.json'), 'utf8')) as Record<string, unknown>
  assert.equal(metrics.set, 'in-shop')
  assert.equal(metrics.gallery, 'queries look among the images of a gallery')
  const queries = await readQueries(join(measured, 'queries.arrow'))
  assert.deepEqual(new Set(queries.set), new Set(['in-shop']))
  // Images 32, 36, 40 and 44 ask; each has three of its item to find, and none of them is a query.
  assert.deepEqual([...queries.id], [32, 36, 40, 44])
  assert.deepEqual(new Set(queries.relevant), new Set([3]))
  assert.ok(queries.nearest.every((id) => id % 4 !== 0))
})
