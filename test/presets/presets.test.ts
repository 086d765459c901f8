import assert from 'node:assert/strict'
import {cpSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {after, test} from 'node:test'
import {describePreset, originals} from '../../lib/cli/presets/describe.ts'
import {openConfig} from '../../lib/cli/project.ts'
import {openRequest} from '../../lib/cli/request.ts'
import {planRun} from '../../lib/pipeline/plan.ts'
import {listPresets, openPreset} from '../../lib/pipeline/preset.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {readSteps} from '../../lib/tables/steps.ts'
import {run as mine} from '../../stages/mine-negatives.ts'
import type {MineNegativesValues, TrainEpochValues} from '../../stages/parameters.ts'
import {run as train} from '../../stages/train-epoch.ts'
import {nearmiss} from '../cli/rig.ts'
import {drawLookAlike, type LookAlike} from './look-alikes.ts'

const root = resolve(import.meta.dirname, '../..')
const pipelineFile = join(root, 'pipeline.yaml')
const names = listPresets(pipelineFile)
const folder = mkdtempSync(join(tmpdir(), 'nearmiss-presets-'))
after(() => rmSync(folder, {recursive: true, force: true, maxRetries: 5}))
const project = {root, code: root, artifacts: join(folder, 'artifacts')}

const formats = ['cub', 'cars196', 'sop', 'in-shop', 'vehicle-id'] as const satisfies readonly LookAlike[]
const dataOf = (format: string) => join(folder, 'data', format)
for (const format of formats) await drawLookAlike(format, dataOf(format))

test('every preset plans an epoch on data of its format, once it is told where data and weights are', async () => {
  assert.ok(names.length >= 43)
  for (const preset of names) {
    const {config} = await openConfig(project, {preset, set: []})
    const {format} = config.params.data as {format: string}
    const set = [`data.root=${dataOf(format)}`, 'model.weights=random']
    const nodes = await planRun(await openRequest(project, {preset, set, epochs: 1}))
    assert.ok(
      nodes.some(({name}) => name === 'train-epoch'),
      preset,
    )
  }
})

test('every preset says what it is and where it is from, in settings and metrics that exist', async () => {
  for (const name of names) {
    const preset = openPreset(pipelineFile, name)
    const {config} = await openConfig(project, {preset: name, set: []})
    const {about, settings} = describePreset(preset, config)
    assert.ok(about.title.length > 10 && about.source.length > 3, name)
    const known = originals[about.original!.program]!.settings.map((setting) => setting.name)
    for (const setting of Object.keys(about.original!.settings))
      assert.ok(known.includes(setting), `${name}: ${setting}`)
    const {names: metrics, k} = config.params.metrics as {names: string[]; k: number[]}
    const measured = metrics.flatMap((metric) => k.map((each) => metric.replace(/_at_k$/, `_at_${each}`)))
    for (const metric of Object.keys(about.published ?? {})) assert.ok(measured.includes(metric), `${name}: ${metric}`)
    const beside = Object.fromEntries(settings.map((setting) => [setting.name, setting]))
    if (about.original!.program === 'Standard_Training.py') {
      const {backbone, dropout} = config.params.model as {backbone: string; dropout: number}
      assert.equal(dropout, backbone === 'googlenet' ? 0.2 : 0, name)
      assert.equal(beside.n_epochs!.original, String(config.epochs), name)
      assert.equal(beside.tau!.original, Object.values(beside.tau!.here).flat().join(' '), name)
    }
  }
})

test('docs/migrating.md has every flag and constant with its default and parameters', () => {
  const page = readFileSync(join(root, 'docs/migrating.md'), 'utf8')
  for (const {command, settings} of Object.values(originals)) {
    for (const {name, byDefault, parameters, remark = ''} of settings) {
      const flag = command === undefined || name.startsWith('(') ? name : `--${name}`
      assert.ok(page.includes(`\n| ${flag} | ${byDefault} | ${parameters.join(', ') || 'none'} | ${remark} |\n`), flag)
    }
  }
})

// Data, model and seed are the same for all, so that they are prepared and measured before training once.
const tiny = [
  `data={format: cub, root: ${dataOf('cub')}, protocol: roth, val_share: 0.2}`,
  'image.train=[{random_resized_crop: {size: 32}}, {horizontal_flip: 0.5}]',
  'image.eval=[{resize: 32}, {center_crop: 32}]',
  'image.mining=null',
  'model={backbone: resnet50, width: 8, embedding: {size: 16}, batchnorm: frozen, weights: random}',
  'mining.iterations=2',
  'metrics={names: [precision_at_1]}',
  'seed=1',
]
const batch = {baselines: 'mining.batch_size=8', lab: 'mining.triplets_per_batch=4'}

for (const [preset, ...own] of [
  ['roth-cub-margin-distance', batch.baselines],
  ['lab-cub-contrastive', batch.lab],
  ['roth-cub-googlenet-proxy-nca', batch.baselines, 'model.backbone=googlenet', 'model.width=64', 'model.dropout=0.2'],
] as const) {
  test(`${preset} trains two steps on small pictures and measures them`, {timeout: 600_000}, async () => {
    const home = join(folder, 'project')
    for (const name of ['pipeline.yaml', 'presets']) cpSync(join(root, name), join(home, name), {recursive: true})
    const set = [...tiny, ...own].flatMap((one) => ['--set', one])
    const ran = await nearmiss(home, 'run', '--preset', preset, '--epochs', '1', ...set)
    assert.equal(ran.code, 0, ran.stderr + ran.stdout)
    const shown = await nearmiss(home, 'show', 'train-epoch@1.steps', '--run', preset, '--json')
    const {rows} = JSON.parse(shown.stdout) as {rows: number}
    assert.equal(rows, 2)
  })
}

test('every preset plans and trains two steps of its losses and samplers on small pictures', {
  timeout: 600_000,
}, async () => {
  const scratch = {latest: async () => undefined, save: async () => {}}
  const silent = {progress: () => {}, note: () => {}, report: () => {}, signal: new AbortController().signal}
  const never = {snapshotEverySteps: Number.POSITIVE_INFINITY, snapshotEverySeconds: Number.POSITIVE_INFINITY}
  const images = artifact('prepare-splits', 'images.arrow')
  const model = artifact('initialize-model', 'model.safetensors')
  const descriptors = artifact('extract-train@1', 'descriptors.arrow')
  for (const preset of names) {
    const own = preset.startsWith('lab') ? batch.lab : batch.baselines
    const {config} = await openConfig(project, {preset, set: [...tiny, own]})
    const values = {...config.params, epoch: 1, split: 'train'} as unknown as MineNegativesValues & TrainEpochValues
    const place = (name: string) => join(folder, `${preset}.${name}`)
    const [batches, steps] = [place('batches.arrow'), place('steps.arrow')]
    const stage = {...silent, ...never, scratch, values}
    const outputs = {neighbours: place('neighbours.arrow'), batches}
    await mine({...stage, inputs: {images, descriptors}, outputs})
    const trained = {model: place('model.safetensors'), training: place('training.safetensors'), steps}
    await train({...stage, inputs: {images, model, batches}, outputs: trained})
    const {loss} = await readSteps(steps)
    assert.equal(loss.length, 2, preset)
    assert.ok(loss.every(Number.isFinite), `${preset}: ${loss}`)
  }

  /** Of the lab's run above: data, model and seed are the same for all. */
  function artifact(node: string, file: string): string {
    const artifacts = join(folder, 'project', 'artifacts')
    const key = readRefs(artifacts, 'lab-cub-contrastive')[node]!
    return join(artifacts, 'store', key.slice(0, 2), key, file)
  }
})
