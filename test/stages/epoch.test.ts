import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

test('the real stages run through an epoch, and a second call computes nothing', async (context) => {
  const {folder, set} = await tinyProject(context)
  const first = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.equal(first.code, 0, first.stdout + first.stderr)
  const second = await nearmiss(folder, 'run', '--epochs', '1', ...set)
  assert.match(second.stdout, /0 (stages )?computed/)

  const status = JSON.parse((await nearmiss(folder, 'status', '--json')).stdout) as Status
  assert.deepEqual(
    status.epochs.map(({epoch}) => epoch),
    [0, 1],
  )
  for (const {metrics} of status.epochs) {
    assert.ok(metrics.precision_at_1 >= 0 && metrics.precision_at_1 <= 1)
    assert.ok(metrics.map_at_r <= metrics.precision_at_1 + 1)
  }
  const compared = await nearmiss(folder, 'compare', 'demo@0', 'demo@best')
  assert.equal(compared.code, 0, compared.stderr)
  assert.match(compared.stdout, /^demo@\d less demo@0 +difference/m)
  const measured = await nearmiss(folder, 'evaluate', '--split', 'train')
  assert.equal(measured.code, 0, measured.stdout + measured.stderr)
  assert.match(measured.stdout, /^split train, convention exact, 36 queries of 6 classes$/m)
  assert.match(measured.stdout, /^model of demo@\d: the best epoch by validation precision@1$/m)
  assert.equal((await nearmiss(folder, 'evaluate', '--split', 'test')).code, 1)
  const again = JSON.parse((await nearmiss(folder, 'status', '--json')).stdout) as Status
  assert.deepEqual(again.epochs, status.epochs)
  const refs = JSON.parse(await readFile(join(folder, 'artifacts/runs/demo/refs.json'), 'utf8')) as object
  assert.ok('train-epoch@1' in ('nodes' in refs ? (refs.nodes as object) : refs))
})

interface Status {
  readonly epochs: readonly {
    readonly epoch: number
    readonly metrics: {readonly precision_at_1: number; readonly map_at_r: number}
  }[]
}
