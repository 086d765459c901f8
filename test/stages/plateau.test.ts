import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {readBatches} from '../../lib/tables/batches.ts'
import {readPlateau} from '../../lib/tables/plateau.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

// An improvement of 1 is impossible: every epoch after the first is a bad one, and patience is 0.
const schedule =
  'schedule={name: plateau, metric: map_at_r, factor: 0.5, patience: 0, threshold: 1, threshold_mode: abs}'

test('A plateau halves the rate of the epoch after a bad measurement; a replay decides the same', async (context) => {
  const {folder, set} = await tinyProject(context, schedule, 'mining={sampler: classes, classes_per_batch: 4}')
  const stepByStep = await nearmiss(folder, 'run', '--epochs', '2', ...set)
  assert.equal(stepByStep.code, 0, stepByStep.stdout + stepByStep.stderr)
  const further = await nearmiss(folder, 'run', '--epochs', '3', ...set)
  assert.equal(further.code, 0, further.stdout + further.stderr)

  const artifacts = join(folder, 'artifacts')
  const refs = readRefs(artifacts, 'demo')
  const output = (node: string, file: string) => join(artifacts, 'store', refs[node]!.slice(0, 2), refs[node]!, file)
  const plans = [1, 2, 3].map((epoch) => output(`mine-negatives@${epoch}`, 'batches.arrow'))
  const rates = await Promise.all(plans.map(async (plan) => (await readBatches(plan)).lr[0]))
  assert.deepEqual(rates, [1e-3, 1e-3, 0.5e-3])
  const {metrics} = JSON.parse(await readFile(output('evaluate@1', 'metrics.json'), 'utf8')) as {
    metrics: {map_at_r: number}
  }
  assert.deepEqual(await readPlateau(plans[2]!), {
    reduction: 0.5,
    best: metrics.map_at_r,
    badEpochs: 0,
    cooldown: 0,
  })

  const replay = await nearmiss(folder, 'run', '--run', 'replay', '--epochs', '3', ...set)
  assert.match(replay.stdout, /0 (stages )?computed/)
})

test('A plateau of a metric that is not measured is refused before any work, with those that are', async (context) => {
  const {folder, set} = await tinyProject(context, 'schedule={name: plateau, metric: nmi}')
  const {code, stderr} = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(code, 2)
  assert.match(stderr, /schedule\.metric must be one that metrics measures: precision_at_1, map_at_r, got "nmi"/)
})

test('A schedule that cycles a momentum wants an optimiser that has one', async (context) => {
  const {folder, set} = await tinyProject(
    context,
    'schedule={name: one-cycle, epochs: 2}',
    'optimizer={name: sgd, lr: 0.1}',
  )
  const {code, stderr} = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(code, 2)
  assert.match(
    stderr,
    /optimizer\.momentum is missing: it must be more than 0 \(0\.9 is usual\) with schedule one-cycle, which cycles it/,
  )
})
