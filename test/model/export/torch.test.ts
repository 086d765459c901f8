import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {readFile} from 'node:fs/promises'
import {test} from 'node:test'
import {exportModel} from '../../../lib/model/export/export-model.ts'
import {importWeights} from '../../../lib/model/import-weights.ts'
import {loadTensor} from '../../../lib/model/tensor-source.ts'
import {openTorchFile} from '../../../lib/model/torch-file.ts'
import {temporaryFolder} from '../fixtures.ts'
import {tiny} from '../tiny-network.ts'
import {linear, modelOf} from './example-networks.ts'

test('a .pth holds every tensor under its name, and is read back to the bit', async (t) => {
  const path = temporaryFolder(t)('net.pth')
  const model = await modelOf({...tiny, pool: 'gem', embedding: linear})
  await exportModel(path, model, 'torch', {run: 'demo'})
  const source = await openTorchFile(path)
  assert.deepEqual([...source.tensors.keys()], [...model.weights.keys()])
  for (const [name, stored] of source.tensors) assert.deepEqual(await loadTensor(stored), model.weights.get(name))
  await source.close()
  assert.deepEqual(await importWeights(path, model.spec, 0), {weights: model.weights, notes: []})
})

test('a .pth is a sound zip file whose numbers begin at multiples of 64 bytes', async (t) => {
  const path = temporaryFolder(t)('net.pth')
  const model = await modelOf(tiny)
  await exportModel(path, model, 'torch', {})
  execFileSync('python3', ['-m', 'zipfile', '-t', path])
  const bytes = await readFile(path)
  for (const name of ['conv1.weight', 'layer4.1.bn2.running_var']) {
    const {data} = model.weights.get(name)!
    const at = bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    assert.ok(at > 0 && at % 64 === 0, `${name} begins at ${at}`)
  }
})
