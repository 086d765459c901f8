import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {objectiveParameters} from '../../lib/objectives/parameters/objective.ts'
import type {Values} from '../../lib/pipeline/stage.ts'
import {catalogue} from '../../stages/catalogue.ts'

test('the key of training holds the code of every loss among several, with its miner and regularisers, and of no other', async () => {
  const objective = objectiveParameters.parse({
    loss: 'multiple',
    losses: [
      {objective: {loss: 'margin', miner: {name: 'distance-weighted'}}},
      {objective: {loss: 'arcface', regularizers: [{name: 'regular-face'}, {name: 'lp'}]}},
    ],
  })
  const values = {objective, optimizer: {name: 'adamw'}, model: {backbone: 'resnet18'}, schedule: {name: 'constant'}}
  const modules = await catalogue.stages['train-epoch']!.modules!(values as unknown as Values, '.')
  assert.deepEqual(
    modules.filter((file) => file.startsWith('lib/objectives/')),
    [
      'lib/objectives/losses/margin.ts',
      'lib/objectives/miners/distance-weighted.ts',
      'lib/objectives/losses/arcface.ts',
      'lib/objectives/regularizers/regular-face.ts',
      'lib/objectives/regularizers/lp.ts',
    ],
  )
  for (const file of modules) assert.ok(existsSync(resolve(import.meta.dirname, '../..', file)), file)
})
