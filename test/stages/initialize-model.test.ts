import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Event} from '../../lib/pipeline/event.ts'
import {nearmiss} from '../cli/rig.ts'
import {tinyProject} from './tiny-project.ts'

test('Random weights under frozen batch norm are told of, and those under live batch norm are not', async (context) => {
  const {folder, set} = await tinyProject(context)
  const notesWith = async (batchnorm: string) => {
    const ended = await nearmiss(
      folder,
      'run',
      '--epochs',
      '0',
      '--run',
      batchnorm,
      '--json',
      ...set,
      '--set',
      `model.batchnorm=${batchnorm}`,
    )
    assert.equal(ended.code, 0, ended.stdout + ended.stderr)
    return ended.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Event)
      .flatMap((event) => (event.kind === 'note' && event.node === 'initialize-model' ? [event.text] : []))
  }
  const [told] = await notesWith('frozen')
  assert.match(String(told), /^The weights are random, and batch norm .* \(model\.batchnorm frozen\).*model\.weights/)
  assert.deepEqual(await notesWith('live'), [])
})
