import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {rm} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

test("a run begins with the model of another run's epoch, and keeps it when that run lets go of it", async (context) => {
  const {folder, set} = await tinyProject(context)
  const run = async (...args: string[]) => {
    const ended = await nearmiss(folder, 'run', ...args, ...set)
    assert.equal(ended.code, 0, ended.stdout + ended.stderr)
  }
  await run('--epochs', '1')
  const from = ['--run', 'second', '--from', 'demo@1', '--set', 'objective={loss: proxy-anchor}']
  await run('--epochs', '0', ...from)
  assert.deepEqual(await metricsOf(folder, 'second', 0), await metricsOf(folder, 'demo', 1))

  const key = readRefs(join(folder, 'artifacts'), 'demo')['train-epoch@1']!
  const model = join(folder, 'artifacts', 'store', key.slice(0, 2), key, 'model.safetensors')
  assert.ok(existsSync(model))
  await rm(join(folder, 'artifacts', 'runs', 'demo'), {recursive: true})
  await rm(model)
  await run(
    '--epochs',
    '1',
    '--run',
    'second',
    '--set',
    `model.weights=artifacts/starts/demo@1-${key.slice(0, 12)}.safetensors`,
    ...from.slice(-2),
  )

  const wrong = async (...args: string[]) => (await nearmiss(folder, 'plan', ...args, ...set)).stderr
  assert.match(await wrong('--from', 'second@7'), /Run second has no epoch 7 of train-epoch/)
  assert.match(await wrong('--from', 'second'), /say which epoch of which run, as demo@3/)
  assert.match(await wrong('--from', 'second@1', '--set', 'model.weights=random'), /leave one of them out/)
})

async function metricsOf(folder: string, run: string, epoch: number): Promise<unknown> {
  const {stdout} = await nearmiss(folder, 'status', '--run', run, '--json')
  const {epochs} = JSON.parse(stdout) as {epochs: {epoch: number; metrics: object}[]}
  return epochs.find((row) => row.epoch === epoch)!.metrics
}
