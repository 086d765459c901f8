import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {readModel} from '../../lib/model/checkpoint.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {nearmiss} from '../cli/rig.ts'
import {type TinyProject, tinyProject} from './tiny-project.ts'

test('an epoch in chunks ends with the weights of an epoch in whole batches', async (context) => {
  const project = await tinyProject(context, 'model.batchnorm=frozen', 'optimizer={name: sgd, lr: 0.01}')
  const whole = await weightsAfter(project, 'whole')
  const chunked = await weightsAfter(project, 'chunked', 'optimizer.chunk=5')
  const start = await weightsOf(project, 'whole', 'initialize-model')
  assert.ok(distance(whole.get('conv1.weight')!.data, start.get('conv1.weight')!.data) > 1e-3)
  for (const [name, {data}] of whole) {
    const other = chunked.get(name)!.data
    data.forEach((value, i) => {
      const difference = Math.abs(Number(value) - Number(other[i]!))
      // eight steps, and now and then a triplet at the margin that rounding sends to the other side
      assert.ok(difference <= 1e-4, `${name}[${i}] differs by ${difference}`)
    })
  }
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
