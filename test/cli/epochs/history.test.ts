import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {loadHistory} from '../../../lib/cli/epochs/history.ts'
import {temporaryFolder} from '../rig.ts'

test('A run whose protocol has no validation set chooses its best epoch on the test classes', async (context) => {
  const artifacts = await temporaryFolder(context)
  const cases = [
    [{protocol: 'roth', val_share: 0}, true],
    [{protocol: 'raml', val_share: 0}, true],
    [{protocol: 'roth'}, true],
    [{protocol: 'roth', val_share: 0.2}, false],
    [{protocol: 'raml'}, false],
    [{protocol: 'lab'}, false],
  ] as const
  for (const [number, [data, chosenOnTest]] of cases.entries()) {
    const folder = join(artifacts, 'runs', `run-${number}`)
    mkdirSync(folder, {recursive: true})
    writeFileSync(join(folder, 'run.json'), JSON.stringify({schema: 1, run: `run-${number}`, params: {data}, keep: {}}))
    assert.equal(loadHistory(artifacts, `run-${number}`).chosenOnTest, chosenOnTest, JSON.stringify(data))
  }
})
