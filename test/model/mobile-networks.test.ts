import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {Network} from '../../lib/model/network.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import {hashed, openTiny, takeGradients, tiny, tinyImages} from './tiny-network.ts'

const networks: Readonly<Record<string, ModelSpec>> = {
  'MobileNetV3-Large': {...tiny, backbone: 'mobilenet_v3_large', width: 64, stem: 'imagenet'},
  'EfficientNet-B0': {...tiny, backbone: 'efficientnet_b0', width: 64, stem: 'imagenet'},
  'A narrow ConvNeXt-Tiny': {...tiny, backbone: 'convnext_tiny', width: 8, stem: 'imagenet'},
}
const images = tinyImages(3, 37, 44)

for (const [name, spec] of Object.entries(networks)) {
  test(`${name}: images without gradient may be left out, describing one alone is the same, and no tensor stays behind`, async () => {
    const start = liveTensors()
    const network = await openTiny(spec)
    const all = gradientsOf(network)
    const some = gradientsOf(network, Int32Array.of(0, 2))
    // same terms, summed over fewer zeros: rounding only
    for (const [tensor, gradient] of all) assert.ok(apart(some.get(tensor)!, gradient) < 1e-4, tensor)
    const together = network.describe(images)
    const second = network.describe({...images, pixels: images.pixels.slice(37 * 44 * 3, 2 * 37 * 44 * 3), count: 1})
    assert.ok(apart(second, together.subarray(network.dim, 2 * network.dim)) < 1e-5)
    network.dispose()
    assert.equal(liveTensors(), start)
  })

  test(`${name}: in bfloat16 descriptors and gradients are those of float32 with noise`, async () => {
    const [exact, rough] = await Promise.all(
      (['float32', 'bfloat16'] as const).map(async (precision) => {
        const network = await openTiny(spec, undefined, precision)
        const descriptors = network.describe(images)
        const gradients = joined([...gradientsOf(network).values()])
        network.dispose()
        return {descriptors, gradients}
      }),
    )
    // 8 bits of mantissa are 0.4 % an operation
    const [of, within] = [apart(rough!.descriptors, exact!.descriptors), apart(rough!.gradients, exact!.gradients)]
    assert.ok(of < 0.05, `descriptors: ${of}`)
    assert.ok(within < 0.3, `gradients: ${within}`)
  })
}

/** With an upstream gradient that is 0 for the second image. */
function gradientsOf(network: Network, rows?: Int32Array): Map<string, Float32Array> {
  const {dim} = network
  const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 3 * dim)).fill(0, dim, 2 * dim), [3, dim])
  network.forward(images).backward(upstream, rows)
  upstream.dispose()
  return takeGradients(network)
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, {length}) => sum + length, 0))
  let start = 0
  for (const part of parts) {
    whole.set(part, start)
    start += part.length
  }
  return whole
}

/** Length of the difference relative to that of the second. */
function apart(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length)
  let [difference, length] = [0, 0]
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2
    length += b[i]! ** 2
  }
  return Math.sqrt(difference / length)
}
