import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {readModel} from '../../lib/model/checkpoint.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {nearmiss} from '../cli/rig.ts'
import {type TinyProject, tinyProject} from './tiny-project.ts'

test('an epoch in chunks ends with the weights of an epoch in whole batches, whatever drop-out leaves out', async (context) => {
  const project = await tinyProject(
    context,
    'model.batchnorm=frozen',
    'model.embedding={size: 8}',
    'model.dropout=0.3',
    'optimizer={name: sgd, lr: 0.01}',
  )
  const whole = await weightsAfter(project, 'whole')
  const chunked = await weightsAfter(project, 'chunked', 'optimizer.chunk=5')
  const start = await weightsOf(project, 'whole', 'initialize-model')
  const apart = (other: StateDict) =>
    Math.hypot(...[...whole].map(([name, {data}]) => distance(data, other.get(name)!.data)))
  // Eight steps, and now and then a triplet at the margin that rounding sends to the other side; draws of its own would make it about 1.
  const share = apart(chunked) / apart(start)
  assert.ok(share < 0.2, `${share} of what was learnt`)
})

test('chunks are refused with live batch norm, before any work', async (context) => {
  const {folder, set} = await tinyProject(context, 'model.batchnorm=live', 'optimizer.chunk=5')
  const {code, stderr} = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(code, 2)
  assert.match(stderr, /optimizer\.chunk must be null with model\.batchnorm live/)
  await assert.rejects(readFile(join(folder, 'artifacts', 'runs', 'demo', 'refs.json')))
})

async function weightsAfter({folder, set}: TinyProject, name: string, ...more: string[]) {
  const extra = more.flatMap((one) => ['--set', one])
  const ended = await nearmiss(folder, 'run', '--run', name, '--epochs', '1', ...set, ...extra)
  assert.equal(ended.code, 0, ended.stdout + ended.stderr)
  return weightsOf({folder, set}, name, 'train-epoch@1')
}

async function weightsOf({folder}: TinyProject, run: string, node: string) {
  const key = readRefs(join(folder, 'artifacts'), run)[node]!
  return (await readModel(join(folder, 'artifacts', 'store', key.slice(0, 2), key, 'model.safetensors'))).weights
}

function distance(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): number {
  return Math.hypot(...Array.from(a, (value, i) => Number(value) - Number(b[i]!)))
}
