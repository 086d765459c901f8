import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {normaliseRows} from '../../../lib/engine/normalise-rows.ts'
import {tf} from '../../../lib/engine/tensorflow.ts'
import {exportModel} from '../../../lib/model/export/export-model.ts'
import {buildOnnx} from '../../../lib/model/export/onnx/write.ts'
import {openNetwork} from '../../../lib/model/network.ts'
import type {ModelSpec} from '../../../lib/model/spec.ts'
import {temporaryFolder} from '../fixtures.ts'
import {tiny, tinyImages} from '../tiny-network.ts'
import {linear, modelOf} from './example-networks.ts'
import {runGraph} from './run-graph.ts'

const networks: Readonly<Record<string, ModelSpec>> = {
  'ViT-S/16 with its class token and a linear layer': {
    ...tiny,
    backbone: 'vit_small_patch16_224',
    pool: 'cls',
    embedding: linear,
  },
  'DINOv2 with registers and the mean of its patches': {...tiny, backbone: 'dinov2_vits14_reg', pool: 'spoc'},
}
const sides: Readonly<Record<string, number>> = {vit_small_patch16_224: 64, dinov2_vits14_reg: 42}

for (const [name, spec] of Object.entries(networks)) {
  test(`${name}: the graphs for ONNX and TensorFlow.js give the descriptors that the network gives, on another grid than the trained`, async (t) => {
    const side = sides[spec.backbone as string]!
    const model = await modelFor(spec, [{resize: 80}, {center_crop: side}])
    const batch = tinyImages(2, side, side)
    const network = await openNetwork(spec, model.weights, model.preprocessing, {precision: 'float32', training: false})
    const expected = network.describe(batch)
    normaliseRows(expected, network.dim)
    network.dispose()

    const found = runGraph(await buildOnnx(model, {}), {
      shape: [2, side, side, 3],
      data: Float64Array.from(batch.pixels),
    })
    assert.deepEqual(found.shape, [2, network.dim])
    assertNear(found.data, expected)

    const folder = temporaryFolder(t)('net.tfjs')
    await exportModel(folder, model, 'tfjs', {})
    const loaded = await tf.loadGraphModel(tf.io.fileSystem(join(folder, 'model.json')))
    const images = tf.tensor4d(Int32Array.from(batch.pixels), [2, side, side, 3], 'int32')
    const descriptors = loaded.predict(images) as InstanceType<typeof tf.Tensor>
    assertNear(await descriptors.data(), expected)
    loaded.dispose()
    tf.dispose([images, descriptors])
  })
}

test('A graph of a transformer for pictures of any size is refused, with what to do', async (t) => {
  const spec = networks['DINOv2 with registers and the mean of its patches']!
  const place = temporaryFolder(t)
  for (const [transforms, problem] of [
    [[{resize: 42}], /end without center_crop/],
    [[{center_crop: 40}], /center_crop of 40 is no multiple of 14/],
  ] as const) {
    const model = await modelFor(spec, transforms)
    await assert.rejects(exportModel(place('net.onnx'), model, 'onnx', {}), problem)
    await assert.rejects(exportModel(place('net.tfjs'), model, 'tfjs', {}), problem)
  }
})

async function modelFor(spec: ModelSpec, transforms: unknown) {
  const model = await modelOf(spec)
  return {...model, preprocessing: {...model.preprocessing, transforms}}
}

function assertNear(actual: ArrayLike<number>, expected: Float32Array): void {
  assert.equal(actual.length, expected.length)
  const miss = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!)))
  assert.ok(miss < 1e-5, `differs by ${miss}`)
}
