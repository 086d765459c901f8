import assert from 'node:assert/strict'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import {forwardInChunks} from '../../lib/model/chunks.ts'
import {traceNetwork} from '../../lib/model/graph.ts'
import type {ForwardPass, Network} from '../../lib/model/network.ts'
import {drawFactors} from '../../lib/model/noise.ts'
import type {ModelSpec} from '../../lib/model/spec.ts'
import {assertClose, hashed, openTiny, takeGradients, tiny, tinyImages} from './tiny-network.ts'

const networks: Readonly<Record<string, ModelSpec>> = {
  'ResNet18 with drop-out': {
    ...tiny,
    embedding: {size: 5, hidden: [], relu: 'between', normalise: 'none'},
    dropout: 0.4,
  },
  'ConvNeXt with stochastic depth': {
    ...tiny,
    backbone: 'convnext_tiny',
    width: 8,
    stem: 'imagenet',
    stochastic_depth: 0.6,
  },
}
const images = tinyImages(4, 33, 36)
const noise = {seed: 5}

test('Factors leave out the share that was asked for, keep the mean at 1, and are drawn anew for every step, layer and image', () => {
  const [images, each] = [400, 64]
  for (const rate of [0.05, 0.2, 0.8]) {
    const factors = drawFactors(noise, {layer: 'drop-out', rate, images, each})
    assert.deepEqual(new Set(factors), new Set([0, Math.fround(1 / (1 - rate))]))
    // Of 25,600 draws; four standard deviations are 0.013 of a share at most.
    const zeros = factors.filter((factor) => factor === 0).length / factors.length
    assert.ok(Math.abs(zeros - rate) < 0.013, `${zeros} instead of ${rate}`)
    // Neighbours in an image, and the same place in neighbouring images, know nothing of each other.
    for (const step of [1, each])
      assert.ok(Math.abs(correlation(factors, step)) < 0.03, `${correlation(factors, step)}`)
  }
  const draw = (seed: number, layer: string) => drawFactors({seed}, {layer, rate: 0.5, images, each: 1})
  const [first, again, otherStep, otherLayer] = [draw(1, 'a'), draw(1, 'a'), draw(2, 'a'), draw(1, 'b')]
  assert.deepEqual(first, again)
  for (const other of [otherStep, otherLayer]) {
    const same = first.filter((factor, i) => factor === other[i]).length / images
    assert.ok(Math.abs(same - 0.5) < 0.1, `${same}`)
  }
})

test('Some images of a batch get the factors that they have in the whole', () => {
  const shape = {layer: 'drop-out', rate: 0.5, each: 3}
  const whole = drawFactors(noise, {...shape, images: 6})
  const part = drawFactors({...noise, places: Int32Array.of(4, 1)}, {...shape, images: 2})
  assert.deepEqual([...part], [...whole.subarray(12, 15), ...whole.subarray(3, 6)])
})

for (const [name, spec] of Object.entries(networks)) {
  test(`${name} describes images, and looks on paper, as without`, async () => {
    const plain = {...spec, dropout: 0, stochastic_depth: 0}
    assert.equal(JSON.stringify(await traceNetwork(spec)), JSON.stringify(await traceNetwork(plain)))
    const [random, exact] = [await openTiny(spec), await openTiny(plain)]
    assert.deepEqual(random.describe(images), exact.describe(images))
    assert.notDeepEqual(random.describe(images, noise), exact.describe(images))
    assert.deepEqual(exact.describe(images, noise), exact.describe(images))
    random.dispose()
    exact.dispose()
  })

  test(`${name}: whole, in chunks and without images that have no gradient, a step is the same; no tensor stays behind`, async () => {
    const start = liveTensors()
    const network = await openTiny(spec)
    const rows = Int32Array.of(0, 2, 3)
    const whole = gradientsOf(network, network.forward(images, noise))
    const parts = {
      rows: gradientsOf(network, network.forward(images, noise), rows),
      chunks: gradientsOf(network, forwardInChunks(network, images, 3, noise)),
      both: gradientsOf(network, forwardInChunks(network, images, 2, noise), rows),
    }
    for (const [how, {embeddings, gradients}] of Object.entries(parts)) {
      assertClose(embeddings, whole.embeddings, 1e-5)
      // the same terms in sums of another order
      for (const [tensor, gradient] of whole.gradients) {
        const apart = Math.hypot(...gradient.map((value, i) => value - gradients.get(tensor)![i]!))
        assert.ok(apart <= 1e-4 * Math.hypot(...gradient), `${how}: ${tensor} is ${apart} apart`)
      }
    }
    const other = gradientsOf(network, network.forward(images, {seed: 6}))
    assert.notDeepEqual(other.embeddings, whole.embeddings)
    network.dispose()
    assert.equal(liveTensors(), start)
  })
}

test('A step with drop-out in bfloat16 is that of float32 with noise of rounding', async () => {
  const spec = networks['ConvNeXt with stochastic depth']!
  const [exact, rough] = [await openTiny(spec), await openTiny(spec, undefined, 'bfloat16')]
  const [wanted, found] = [exact.describe(images, noise), rough.describe(images, noise)]
  const apart = Math.hypot(...wanted.map((value, i) => value - found[i]!)) / Math.hypot(...wanted)
  assert.ok(apart < 0.05, `${apart}`)
  exact.dispose()
  rough.dispose()
})

/** With an upstream gradient that is 0 for the second image. */
function gradientsOf({dim, ...network}: Network, pass: ForwardPass, rows?: Int32Array) {
  const embeddings = Float32Array.from(pass.embeddings.dataSync())
  const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 4 * dim)).fill(0, dim, 2 * dim), [4, dim])
  pass.backward(upstream, rows)
  upstream.dispose()
  return {embeddings, gradients: takeGradients({dim, ...network})}
}

function correlation(numbers: Float32Array, step: number): number {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  let [together, alone] = [0, 0]
  numbers.forEach((value, i) => {
    alone += (value - mean) ** 2
    if (i + step < numbers.length) together += (value - mean) * (numbers[i + step]! - mean)
  })
  return together / alone
}
