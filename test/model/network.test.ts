import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {ImageBatch} from '../../lib/model/network.ts'
import type {BackboneName, ModelSpec} from '../../lib/model/spec.ts'
import {assertClose, hashed, openTiny, takeGradients, tiny, tinyImages, tinyWeights} from './tiny-network.ts'

interface Summary {
  l2: number
  dot: number
}

interface TinyCase {
  backbone: BackboneName
  stem: 'imagenet' | 'small'
  pool: 'spoc' | 'mac'
  batchnorm: 'frozen' | 'live'
  embeddings: number[]
  gradients: Record<string, Summary>
  running_after: Record<string, Summary>
}

const {cases} = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/tiny-resnet.json'), 'utf8')) as {
  cases: TinyCase[]
}
const sizes = {imagenet: [40, 52], small: [20, 28]} as const
const dim = 8 * tiny.width

assert.equal(cases.length, 12)
for (const golden of cases) {
  const {backbone, stem, pool, batchnorm} = golden
  test(`A tiny ${backbone} with ${stem} stem, ${pool} and ${batchnorm} batch norm computes what PyTorch does, forward and backward`, async () => {
    const spec = {...tiny, backbone, stem, pool, batchnorm}
    const network = await openTiny(spec)
    const pass = network.forward(tinyImages(3, sizes[stem][0], sizes[stem][1]))
    // float32 against float64 through 20 layers: PyTorch's own float32 differs by 2e-6
    assertClose(pass.embeddings.dataSync(), golden.embeddings, 2e-5)
    const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 3 * network.dim)), [3, network.dim])
    pass.backward(upstream)
    upstream.dispose()
    const gradients = takeGradients(network)
    assert.deepEqual([...gradients.keys()], Object.keys(golden.gradients))
    ;[...gradients].forEach(([name, gradient], i) => {
      // relative to the gradient's length; live batch norm divides by small deviations, which magnifies rounding
      assertSummary(name, gradient, golden.gradients[name]!, 7000 + i, 1e-3)
    })
    const after = network.weights()
    for (const [name, expected] of Object.entries(golden.running_after)) {
      assertSummary(name, after.get(name)!.data as Float32Array, expected, 8000, 1e-5)
    }
    const counted = after.get('bn1.num_batches_tracked')!.data[0]
    assert.equal(counted, batchnorm === 'live' ? 1n : 0n)
    network.dispose()
  })
}

for (const batchnorm of ['frozen', 'live'] as const) {
  for (const pool of ['spoc', 'mac'] as const) {
    test(`Gradients with ${batchnorm} batch norm and ${pool} agree with finite differences`, async () => {
      const spec = {...tiny, batchnorm, pool}
      const weights = await tinyWeights(spec)
      const images = tinyImages(4, 32, 16)
      const network = await openTiny(spec, weights)
      const pass = network.forward(images)
      const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 4 * dim)), [4, dim])
      pass.backward(upstream)
      upstream.dispose()
      const gradients = takeGradients(network)
      network.dispose()
      // One direction for each kind of weight. The step is a compromise: below it the rounding of
      // float32 sums grows, above it the kinks of ReLU that are crossed; what is left of both is a few per cent.
      for (const role of ['conv1.weight', 'bn2.weight', 'bn1.bias', 'downsample.0.weight']) {
        const names = [...gradients.keys()].filter((name) => name.endsWith(role))
        const slope = names.reduce((sum, name) => sum + dot(gradients.get(name)!, direction(name, weights)), 0)
        const step = 1e-4
        const rise =
          (await lossAlong(spec, weights, names, step, images)) - (await lossAlong(spec, weights, names, -step, images))
        assert.ok(
          Math.abs(rise / (2 * step) - slope) < 0.05 * Math.abs(slope) + 0.05,
          `${role}: ${rise / (2 * step)} and ${slope}`,
        )
      }
    })
  }
}

test('Leaving out images without gradient changes no gradient', async () => {
  for (const pool of ['spoc', 'mac'] as const) {
    for (const stem of ['imagenet', 'small'] as const) {
      const network = await openTiny({...tiny, pool, stem})
      const images = tinyImages(5, sizes[stem][0], sizes[stem][1])
      const values = Float32Array.from(hashed(6000, 5 * dim))
      for (const idle of [0, 2, 3]) values.fill(0, idle * dim, (idle + 1) * dim)
      const upstream = tf.tensor2d(values, [5, dim])
      network.forward(images).backward(upstream)
      const all = takeGradients(network)
      network.forward(images).backward(upstream, Int32Array.of(1, 4))
      const some = takeGradients(network)
      // same terms, summed over fewer zeros: rounding only
      for (const [name, gradient] of all) assertClose(some.get(name)!, gradient, 1e-5)
      network.forward(images).backward(upstream, new Int32Array())
      assert.deepEqual([...takeGradients(network).keys()], [])
      upstream.dispose()
      network.dispose()
    }
  }
})

test('Live batch norm follows every image, also those without gradient of their own', async () => {
  const network = await openTiny({...tiny, batchnorm: 'live'})
  const values = Float32Array.from(hashed(6000, 3 * dim)).fill(0, 0, dim)
  const upstream = tf.tensor2d(values, [3, dim])
  const [all, hinted] = [undefined, Int32Array.of(1, 2)].map((rows) => {
    network.forward(tinyImages(3, 16, 16)).backward(upstream, rows)
    return takeGradients(network)
  })
  assert.deepEqual(hinted, all)
  upstream.dispose()
  network.dispose()
})

test('Two backward passes add their gradients up', async () => {
  const network = await openTiny(tiny)
  const upstream = tf.ones<tf.Rank.R2>([2, dim])
  network.forward(tinyImages(2, 16, 16, 1)).backward(upstream)
  const first = takeGradients(network)
  network.forward(tinyImages(2, 16, 16, 2)).backward(upstream)
  const second = takeGradients(network)
  network.forward(tinyImages(2, 16, 16, 1)).backward(upstream)
  network.forward(tinyImages(2, 16, 16, 2)).backward(upstream)
  for (const [name, both] of takeGradients(network)) {
    assertClose(
      both,
      first.get(name)!.map((value, i) => value + second.get(name)![i]!),
      1e-6,
    )
  }
  upstream.dispose()
  network.dispose()
})

test('Describing an image does not depend on its batch and leaves no tensor behind', async () => {
  const network = await openTiny({...tiny, batchnorm: 'live'})
  const batch = tinyImages(3, 16, 16)
  const together = network.describe(batch)
  const before = liveTensors()
  const one = 16 * 16 * 3
  for (let i = 0; i < 3; i++) {
    const alone = network.describe({...batch, pixels: batch.pixels.subarray(i * one, (i + 1) * one), count: 1})
    assertClose(alone, together.subarray(i * dim, (i + 1) * dim), 1e-6)
  }
  assert.equal(liveTensors(), before)
  network.dispose()
})

test('A network for description only gives the same descriptors, and refuses to be trained', async () => {
  const start = liveTensors()
  const batch = tinyImages(2, 16, 16)
  const trainable = await openTiny(tiny)
  const fixed = await openTiny(tiny, await tinyWeights(tiny), 'float32', false)
  assert.deepEqual(fixed.describe(batch), trainable.describe(batch))
  assert.throws(() => fixed.forward(batch), /description only/)
  trainable.dispose()
  fixed.dispose()
  assert.equal(liveTensors(), start)
})

test('bfloat16 descriptors point the same way, and its gradients are those of float32 with noise', async () => {
  for (const batchnorm of ['frozen', 'live'] as const) {
    const spec = {...tiny, batchnorm}
    const images = tinyImages(4, 32, 32)
    const run = async (precision: 'float32' | 'bfloat16') => {
      const network = await openTiny(spec, await tinyWeights(spec), precision)
      const pass = network.forward(images)
      const embeddings = pass.embeddings.dataSync<'float32'>().slice()
      const upstream = tf.ones<tf.Rank.R2>([4, dim])
      pass.backward(upstream)
      upstream.dispose()
      const gradients = takeGradients(network)
      network.dispose()
      return {embeddings, gradients}
    }
    const [exact, rough] = [await run('float32'), await run('bfloat16')]
    // 8 bits of mantissa are 0.4 % an operation; engine.md measured cosines of 0.9998 on the real network
    assert.ok(cosine(exact!.embeddings, rough!.embeddings) > 0.999)
    const names = [...exact!.gradients.keys()]
    const joined = [exact!, rough!].map(({gradients}) => names.flatMap((name) => [...gradients.get(name)!]))
    assert.ok(cosine(joined[0]!, joined[1]!) > 0.9, `${batchnorm}: ${cosine(joined[0]!, joined[1]!)}`)
  }
})

test('Weights go in and out of the engine unchanged', async () => {
  const weights = await tinyWeights(tiny)
  const network = await openTiny(tiny, weights)
  assert.deepEqual(network.weights(), weights)
  network.dispose()
})

/** Random, of about the size of the weights. */
function direction(name: string, weights: StateDict): Float64Array {
  const count = weights.get(name)!.data.length
  return hashed(9000 + name.length, count)
}

async function lossAlong(
  spec: ModelSpec,
  weights: StateDict,
  names: string[],
  step: number,
  images: ImageBatch,
): Promise<number> {
  const moved = new Map(weights)
  for (const name of names) {
    const tensor = moved.get(name)!
    const along = direction(name, weights)
    moved.set(name, {
      dtype: 'F32',
      shape: tensor.shape,
      data: (tensor.data as Float32Array).map((value, i) => value + step * along[i]!),
    })
  }
  const network = await openTiny(spec, moved)
  const pass = network.forward(images)
  const loss = dot(pass.embeddings.dataSync<'float32'>(), hashed(6000, images.count * network.dim))
  pass.dispose()
  network.dispose()
  return loss
}

function assertSummary(
  name: string,
  actual: Float32Array,
  {l2, dot: expected}: Summary,
  stream: number,
  tolerance: number,
): void {
  assert.ok(
    Math.abs(Math.sqrt(dot(actual, actual)) - l2) <= tolerance * l2,
    `length of ${name}: ${Math.sqrt(dot(actual, actual))}, not ${l2}`,
  )
  const projected = dot(actual, hashed(stream, actual.length))
  assert.ok(Math.abs(projected - expected) <= tolerance * l2, `projection of ${name}: ${projected}, not ${expected}`)
}

/** Largest difference, relative to the largest number. */
function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

for (const [title, head] of Object.entries({
  GeM: {pool: 'gem', embedding: null},
  'GeM per channel and a linear layer on unit vectors': {
    pool: 'gem-channels',
    embedding: {size: 6, hidden: [], relu: 'between', normalise: 'added'},
  },
  'SPoC and two layers with a ReLU between': {
    pool: 'spoc',
    embedding: {size: 5, hidden: [9], relu: 'between', normalise: 'none'},
  },
  "R-MAC and the Reality Check's MLP": {
    pool: 'rmac',
    embedding: {size: 5, hidden: [9], relu: 'mlrc', normalise: 'none'},
  },
} as const satisfies Record<string, Pick<ModelSpec, 'pool' | 'embedding'>>)) {
  test(`A network that ends in ${title} has gradients that agree with finite differences, alone and for some rows`, async () => {
    const spec: ModelSpec = {...tiny, ...head}
    const weights = await tinyWeights(spec)
    const images = tinyImages(3, 32, 32)
    const network = await openTiny(spec, weights)
    assert.equal(network.dim, head.embedding?.size ?? 8 * tiny.width)
    const upstream = tf.tensor2d(Float32Array.from(hashed(6000, images.count * network.dim)), [
      images.count,
      network.dim,
    ])
    network.forward(images).backward(upstream)
    const gradients = takeGradients(network)
    const ofHead = [...gradients.keys()].filter((name) => /^(pool|embedding)\./.test(name))
    assert.equal(ofHead.length > 0, head.pool !== 'spoc' || head.embedding !== null)
    for (const names of [['layer4.1.conv2.weight'], ...ofHead.map((name) => [name])]) {
      const along = names.reduce((sum, name) => sum + dot(gradients.get(name)!, direction(name, weights)), 0)
      const step = 5e-4
      const slope =
        ((await lossAlong(spec, weights, names, step, images)) -
          (await lossAlong(spec, weights, names, -step, images))) /
        (2 * step)
      assert.ok(
        Math.abs(along - slope) <= 4e-2 * Math.max(0.05, Math.abs(slope)),
        `${names}: ${along}, differences ${slope}`,
      )
    }
    // Rows without gradient may be left out.
    const some = upstream.mul(tf.tensor2d([1, 0, 1], [3, 1])) as tf.Tensor2D
    network.forward(images).backward(some)
    const all = takeGradients(network)
    network.forward(images).backward(some, Int32Array.of(0, 2))
    for (const [name, gradient] of takeGradients(network)) {
      const length = Math.sqrt(dot(gradient, gradient))
      const difference = gradient.map((value, i) => value - all.get(name)![i]!)
      assert.ok(Math.sqrt(dot(difference, difference)) <= 1e-4 * Math.max(length, 1e-6), name)
    }
    tf.dispose([upstream, some])
    network.dispose()
  })
}
