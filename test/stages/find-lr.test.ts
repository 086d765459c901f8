import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {readRates} from '../../lib/tables/rates.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

test('A range test of learning rates by hand says which one, and the loop never makes one', async (context) => {
  const {folder, set} = await tinyProject(context)
  const settings = ['optimizer.accumulate=2', 'find_lr={lowest: 1e-4, highest: 1000, steps: 12, stop_factor: 1.5}']
  const all = [...set, ...settings.flatMap((one) => ['--set', one])]
  const epoch = await nearmiss(folder, 'run', '--epochs', '1', ...all)
  assert.equal(epoch.code, 0, epoch.stdout + epoch.stderr)
  assert.ok(!epoch.stdout.includes('find-lr'), epoch.stdout)

  const found = await nearmiss(folder, 'stage', 'find-lr', '--epoch', '1', ...all)
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
  const apart = await nearmiss(folder, 'stage', 'find-lr', '--epoch', '1', ...all, ...other)
  assert.equal(apart.code, 0, apart.stdout + apart.stderr)
  assert.ok((await readRates(join(folder, 'rates', 'rates.arrow'))).lr.length <= 10)
})
