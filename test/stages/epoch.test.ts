import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {before, describe, type TestContext, test} from 'node:test'
import {readRates} from '../../lib/tables/rates.ts'
import {type Ended, nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

const rangeTest = 'find_lr={lowest: 1e-4, highest: 1000, steps: 12, stop_factor: 1.5}'

describe('an epoch of the real stages', () => {
  let folder: string
  let set: readonly string[]
  let first: Ended
  before(async (context) => {
    ;({folder, set} = await tinyProject(context as TestContext, 'optimizer.accumulate=2', rangeTest))
    first = await nearmiss(folder, 'run', '--epochs', '1', ...set)
    assert.equal(first.code, 0, first.stdout + first.stderr)
  })

  test('a second call computes nothing', async () => {
    const second = await nearmiss(folder, 'run', '--epochs', '1', ...set)
    assert.match(second.stdout, /^run demo: nothing to do: everything up to epoch 1 was there/m)
  })

  test('its table, a comparison and a look at another split tell of the same epochs', async () => {
    const status = JSON.parse((await nearmiss(folder, 'status', '--json')).stdout) as Status
    assert.deepEqual(
      status.epochs.map(({epoch}) => epoch),
      [0, 1],
    )
    for (const {metrics} of status.epochs) {
      assert.ok(metrics.precision_at_1 >= 0 && metrics.precision_at_1 <= 1)
      assert.ok(metrics.map_at_r >= 0 && metrics.map_at_r <= 1)
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

  test('a range test of learning rates by hand says which one, and the loop never makes one', async () => {
    assert.ok(!first.stdout.includes('find-lr'), first.stdout)
    const found = await nearmiss(folder, 'stage', 'find-lr', '--epoch', '1', ...set)
    assert.equal(found.code, 0, found.stdout + found.stderr)
    assert.match(found.stderr + found.stdout, /learning rates from 0\.0001 to .* in \d+ steps|the loss falls at no/)
    const {lr, loss, suggested} = await readRates(/rates {2}(.*\.arrow)/.exec(found.stdout)![1]!)
    assert.equal(lr[0], 1e-4)
    assert.ok(lr.length >= 2 && lr.length <= 12)
    assert.ok(loss.every(Number.isFinite))
    assert.ok(suggested === undefined || lr.includes(suggested))

    // Into a folder of its own it may have other parameters than the run.
    const other = [
      '--set',
      'find_lr.steps=10',
      '--set',
      'optimizer={name: sgd, lr: 0.1, momentum: 0.9}',
      '--out',
      'rates',
    ]
    const apart = await nearmiss(folder, 'stage', 'find-lr', '--epoch', '1', ...set, ...other)
    assert.equal(apart.code, 0, apart.stdout + apart.stderr)
    assert.ok((await readRates(join(folder, 'rates', 'rates.arrow'))).lr.length <= 10)
  })
})

interface Status {
  readonly epochs: readonly {
    readonly epoch: number
    readonly metrics: {readonly precision_at_1: number; readonly map_at_r: number}
  }[]
}
