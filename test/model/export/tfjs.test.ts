import assert from 'node:assert/strict'
import {readdir, readFile, stat} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import {normaliseRows} from '../../../lib/engine/normalise-rows.ts'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {exportModel} from '../../../lib/model/export/export-model.ts'
import {openNetwork} from '../../../lib/model/network.ts'
import {UserError} from '../../../lib/user-error.ts'
import {temporaryFolder} from '../fixtures.ts'
import {tiny, tinyImages} from '../tiny-network.ts'
import {exampleNetworks, modelOf} from './example-networks.ts'

for (const [name, spec] of Object.entries(exampleNetworks)) {
  test(`${name}: the graph model that TensorFlow.js loads gives the descriptors that the network gives`, async (t) => {
    const model = await modelOf(spec)
    const folder = temporaryFolder(t)('net.tfjs')
    await exportModel(folder, model, 'tfjs', {})
    const batch = tinyImages(2, 35, 32)
    const network = await openNetwork(spec, model.weights, model.preprocessing, {precision: 'float32', training: false})
    const expected = network.describe(batch)
    normaliseRows(expected, network.dim)

    network.dispose()
    // TensorFlow's kernels, and those in JavaScript that a browser without graphics has.
    for (const backend of ['tensorflow', 'cpu']) {
      await tf.setBackend(backend)
      const loaded = await tf.loadGraphModel(tf.io.fileSystem(join(folder, 'model.json')))
      const images = tf.tensor4d(Int32Array.from(batch.pixels), [2, 35, 32, 3], 'int32')
      const descriptors = loaded.predict(images) as InstanceType<typeof tf.Tensor>
      assert.deepEqual(descriptors.shape, [2, network.dim])
      const found = await descriptors.data()
      assert.ok(Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) < 1e-5, backend)
      loaded.dispose()
      tf.dispose([images, descriptors])
    }
    await tf.setBackend('tensorflow')
  })
}

test('a graph model of R-MAC is refused with a reason', async (t) => {
  const path = temporaryFolder(t)('net.tfjs')
  await assert.rejects(exportModel(path, await modelOf({...tiny, pool: 'rmac'}), 'tfjs', {}), UserError)
})

test('numbers are in files of four mebibytes, and model.json says where the model came from', async (t) => {
  const folder = temporaryFolder(t)('net.tfjs')
  await exportModel(folder, await modelOf({...tiny, width: 24}), 'tfjs', {run: 'demo', epoch: 3})
  const names = (await readdir(folder)).sort()
  assert.deepEqual(names, ['group1-shard1of2.bin', 'group1-shard2of2.bin', 'model.json'])
  assert.equal((await stat(join(folder, names[0]!))).size, 4 * 2 ** 20)
  const {userDefinedMetadata} = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
  assert.deepEqual(JSON.parse(userDefinedMetadata['nearmiss.origin']), {run: 'demo', epoch: 3})
  assert.equal(userDefinedMetadata['nearmiss.dim'], '192')
})
