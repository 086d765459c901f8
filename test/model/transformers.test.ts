import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {Network} from '../../lib/model/network.ts'
import {randomWeights} from '../../lib/model/random-weights.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import {UserError} from '../../lib/user-error.ts'
import {hashed, openTiny, takeGradients, tiny, tinyImages} from './tiny-network.ts'

const spec: ModelSpec = {...tiny, backbone: 'dinov2_vits14_reg', pool: 'cls'}
const images = tinyImages(3, 42, 56)

for (const pool of ['cls', 'mac'] as const) {
  test(`With ${pool}, images without gradient may be left out, describing one alone is the same, and no tensor stays behind`, async () => {
    const start = liveTensors()
    const network = await openTiny({...spec, pool})
    const all = gradientsOf(network)
    const some = gradientsOf(network, Int32Array.of(0, 2))
    // same terms, summed over fewer zeros: rounding only
    for (const [name, gradient] of all) assert.ok(apart(some.get(name)!, gradient) < 1e-4, name)
    const together = network.describe(images)
    const bytes = 42 * 56 * 3
    const second = network.describe({...images, pixels: images.pixels.slice(bytes, 2 * bytes), count: 1})
    assert.ok(apart(second, together.subarray(network.dim, 2 * network.dim)) < 1e-5)
    network.dispose()
    assert.equal(liveTensors(), start)
  })
}

test('Mean and generalised mean are over patches, the class token is none of them', async () => {
  const [first, mean, general] = await Promise.all(
    (['cls', 'spoc', 'gem'] as const).map(async (pool) => {
      const network = await openTiny({...spec, pool})
      const descriptors = network.describe(images)
      network.dispose()
      return descriptors
    }),
  )
  assert.ok(apart(first!, mean!) > 0.1)
  assert.ok(general!.every((value) => value > 0))
})

test('Pictures that patches do not fill are refused, with a size that they do', async () => {
  const network = await openTiny(spec)
  assert.throws(() => network.describe(tinyImages(1, 42, 50)), {
    name: UserError.name,
    message: /50 x 42 pixels does not divide into patches of 14.*center_crop: 42/,
  })
  network.dispose()
})

test('Random weights start as timm draws them', async () => {
  const weights = await randomWeights({...spec, width: 16}, 1)
  const deviation = (name: string) => {
    const {data} = weights.get(name)!
    return Math.sqrt((data as Float32Array).reduce((sum, value) => sum + value ** 2, 0) / data.length)
  }
  for (const name of ['pos_embed', 'blocks.0.attn.qkv.weight', 'blocks.11.mlp.fc2.weight'])
    assert.ok(Math.abs(deviation(name) / 0.02 - 1) < 0.02, name)
  assert.ok(deviation('register_tokens') < 2e-6)
  // uniform within 1 / √(3 * 14 * 14)
  assert.ok(Math.abs(deviation('patch_embed.proj.weight') * Math.sqrt(3 * 588) - 1) < 0.02)
  assert.deepEqual(new Set(weights.get('blocks.3.mlp.fc1.bias')!.data as Float32Array), new Set([0]))
  assert.deepEqual(new Set(weights.get('blocks.3.ls1.gamma')!.data as Float32Array), new Set([Math.fround(1e-5)]))
  assert.deepEqual(new Set(weights.get('norm.weight')!.data as Float32Array), new Set([1]))
})

/** With an upstream gradient that is 0 for the second image. */
function gradientsOf(network: Network, rows?: Int32Array): Map<string, Float32Array> {
  const {dim} = network
  const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 3 * dim)).fill(0, dim, 2 * dim), [3, dim])
  network.forward(images).backward(upstream, rows)
  upstream.dispose()
  return takeGradients(network)
}

/** Length of the difference, relative to the second. */
function apart(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...b.map((value, i) => value - a[i]!)) / Math.hypot(...b)
}
