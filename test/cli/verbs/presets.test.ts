import assert from 'node:assert/strict'
import {cpSync, writeFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {test} from 'node:test'
import {nearmiss, temporaryFolder} from '../rig.ts'

const root = resolve(import.meta.dirname, '../../..')

test('Presets are listed by source with published recall, epochs and expected time; a broken file hides no other', async (context) => {
  const folder = await temporaryFolder(context)
  for (const name of ['pipeline.yaml', 'presets']) cpSync(join(root, name), join(folder, name), {recursive: true})
  writeFileSync(join(folder, 'presets/mine.yaml'), 'extends: lab-cub\nparams: {epochs: many}\n')
  const {code, stdout} = await nearmiss(folder, 'presets')
  assert.equal(code, 0)
  assert.match(stdout, /\nRoth and Brattoli 2019, Deep-Metric-Learning-Baselines\npreset +R@1 +epochs +cost +title\n/)
  assert.match(stdout, /\nroth-cub-margin-distance +0\.634 +50 +~\d+ h +margin loss/)
  assert.match(stdout, /\nmine cannot be used: presets\/mine\.yaml:2:18: epochs must be a number, got "many"/)
})

test('A preset is shown beside its original command line, flag by flag, with the whole configuration', async (context) => {
  const folder = await temporaryFolder(context)
  const {stdout} = await nearmiss(folder, 'presets', 'roth-sop-n-pair')
  assert.match(stdout, /^roth-sop-n-pair {2}N-pair loss; ResNet50 on Stanford Online Products\n/)
  assert.match(stdout, /\nextends +roth-cub-n-pair, which extends roth-cub-triplet-semi-hard/)
  assert.match(stdout, /--dataset online_products --n_epochs 25\s+--tau 15 20 --loss npair/)
  assert.match(stdout, /\npublished {2}nmi 0\.888, f1 0\.311, recall_at_1 0\.709/)
  assert.match(stdout, /\ntau +15 20 +schedule\.milestones \[15,20\]\n/)
  assert.match(stdout, /\n {2}schedule:\n {4}name: step\n {4}milestones: \[15, 20\]\n {4}gamma: 0\.3\n/)
  const json = await nearmiss(folder, 'presets', 'roth-sop-n-pair', '--json')
  const {params, settings} = JSON.parse(json.stdout) as {
    params: {epochs: number}
    settings: {name: string; original: string; isGiven: boolean; here: Record<string, unknown>}[]
  }
  assert.equal(params.epochs, 25)
  assert.deepEqual(
    settings.find(({name}) => name === 'l2npair'),
    {name: 'l2npair', original: '0.02', isGiven: false, here: {'objective.l2': 0.02}},
  )
})

test('A preset that is not there is refused with the nearest one', async (context) => {
  const {code, stderr} = await nearmiss(await temporaryFolder(context), 'presets', 'lab-cup')
  assert.equal(code, 2)
  assert.equal(stderr, 'nearmiss: --preset lab-cup: there is no presets/lab-cup.yaml; did you mean "lab-cub"?\n')
})
