import assert from 'node:assert/strict'
import {readFile} from 'node:fs/promises'
import {test} from 'node:test'
import {normaliseRows} from '../../../lib/engine/normalise-rows.ts'
import {exportModel} from '../../../lib/model/export/export-model.ts'
import {buildOnnx} from '../../../lib/model/export/onnx/write.ts'
import {openNetwork} from '../../../lib/model/network.ts'
import {UserError} from '../../../lib/user-error.ts'
import {temporaryFolder} from '../fixtures.ts'
import {tiny, tinyImages} from '../tiny-network.ts'
import {exampleNetworks, linear, modelOf} from './example-networks.ts'
import {runGraph} from './run-graph.ts'

for (const [name, spec] of Object.entries(exampleNetworks)) {
  test(`${name}: the ONNX graph gives the descriptors that the network gives`, async () => {
    const model = await modelOf(spec)
    // odd and even sides: PyTorch and TensorFlow pad them differently
    const batch = tinyImages(2, 35, 32)
    const network = await openNetwork(spec, model.weights, model.preprocessing, {precision: 'float32', training: false})
    const expected = network.describe(batch)
    normaliseRows(expected, network.dim)
    const graph = await buildOnnx(model, {'nearmiss.dim': String(network.dim)})
    const found = runGraph(graph, {shape: [2, 35, 32, 3], data: Float64Array.from(batch.pixels)})
    assert.deepEqual(found.shape, [2, network.dim])
    assert.ok(Math.max(...expected.map((value, i) => Math.abs(value - found.data[i]!))) < 1e-5)
    network.dispose()
  })
}

test('a graph of R-MAC is refused with a reason', async (t) => {
  const path = temporaryFolder(t)('net.onnx')
  await assert.rejects(exportModel(path, await modelOf({...tiny, pool: 'rmac'}), 'onnx', {}), UserError)
})

test('equal models give equal bytes, in which their origin can be read', async (t) => {
  const place = temporaryFolder(t)
  const model = await modelOf({...tiny, embedding: linear})
  for (const format of ['onnx', 'safetensors', 'torch'] as const) {
    const [first, second] = [place(`first.${format}`), place(`second.${format}`)]
    for (const path of [first, second]) await exportModel(path, model, format, {run: 'demo', epoch: 3})
    const bytes = await readFile(first)
    assert.deepEqual(bytes, await readFile(second))
    assert.ok(bytes.includes('nearmiss.origin') && bytes.includes('demo') && bytes.includes('nearmiss.preprocessing'))
  }
})
