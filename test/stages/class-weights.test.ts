import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {readTraining} from '../../lib/model/checkpoint.ts'
import type {Event} from '../../lib/pipeline/event.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {nearmiss} from '../cli/rig.ts'
import {type TinyProject, tinyProject} from './tiny-project.ts'

const softTriple = 'objective={loss: soft-triple, centers_per_class: 2, la: 8}'
const groups = (rate: number) =>
  `optimizer={name: adamw, lr: 1e-3, groups: [{match: '^loss[.]', lr: ${rate}, weight_decay: 0}]}`

test('weights of a loss are trained at their own rate, kept with the optimiser, and the untrained model is shared', async (context) => {
  const project = await tinyProject(context)
  const first = await run(project, 'demo', softTriple, groups(0.05))
  assert.ok(first.includes('initialize-model') && first.includes('train-epoch@1'), first.join())
  const {tensors} = await trainingOf(project, 'demo')
  const names = [...tensors.keys()].filter((name) => name.endsWith('loss.centres'))
  assert.deepEqual(names.sort(), ['exp_avg.loss.centres', 'exp_avg_sq.loss.centres', 'loss.centres'])
  assert.deepEqual(tensors.get('loss.centres')!.shape, [12, 64])

  const frozen = await run(project, 'still', softTriple, groups(0))
  assert.ok(!frozen.includes('initialize-model') && !frozen.includes('evaluate-val@0'), frozen.join())
  const still = (await trainingOf(project, 'still')).tensors.get('loss.centres')!.data as Float32Array
  const moved = tensors.get('loss.centres')!.data as Float32Array
  // 1 / sqrt(12 centres): drawn, and never moved.
  assert.ok(still.every((value) => Math.abs(value) <= Math.sqrt(1 / 12)))
  assert.ok(still.some((value, i) => Math.abs(value - moved[i]!) > 0.01))

  const other = await run(project, 'other', 'objective={loss: proxy-anchor}')
  assert.ok(!other.includes('initialize-model') && !other.includes('evaluate-val@0'), other.join())
  assert.ok(other.includes('train-epoch@1'))
})

/** Names of what was computed. */
async function run({folder, set}: TinyProject, name: string, ...more: string[]): Promise<string[]> {
  const extra = more.flatMap((one) => ['--set', one])
  const ended = await nearmiss(folder, 'run', '--run', name, '--epochs', '1', '--json', ...set, ...extra)
  assert.equal(ended.code, 0, ended.stdout + ended.stderr)
  return ended.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event)
    .flatMap((event) => (event.kind === 'started' ? [event.node] : []))
}

function trainingOf({folder}: TinyProject, name: string) {
  const key = readRefs(join(folder, 'artifacts'), name)['train-epoch@1']!
  return readTraining(join(folder, 'artifacts', 'store', key.slice(0, 2), key, 'training.safetensors'))
}
