import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {liveTensors} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {BackboneName, ModelSpec} from '../../lib/model/spec.ts'
import {hashed, openTiny, takeGradients, tinyImages} from '../model/tiny-network.ts'

interface Summary {
  readonly l2: number
  readonly dot: number
}

/** What bench/peers/vit.py writes. */
interface Case {
  readonly backbone: BackboneName
  readonly pool: ModelSpec['pool']
  readonly height: number
  readonly width: number
  readonly embeddings: readonly number[]
  readonly gradients: Readonly<Record<string, Summary>>
}

const {channels_of_64: width, cases} = JSON.parse(readFileSync(resolve(import.meta.dirname, 'vit.json'), 'utf8')) as {
  channels_of_64: number
  cases: readonly Case[]
}

assert.equal(cases.length, 9)
for (const {backbone, pool, height, width: across, embeddings, gradients} of cases) {
  const spec: ModelSpec = {backbone, width, stem: 'imagenet', pool, embedding: null, batchnorm: 'frozen'}
  const images = tinyImages(2, height, across)

  test(`A narrow ${backbone} with ${pool} computes what its package does on pictures of ${across} x ${height}, forward and backward`, async () => {
    const before = liveTensors()
    const network = await openTiny(spec)
    const pass = network.forward(images)
    // float32 against float64 through 12 blocks
    assertClose(pass.embeddings.dataSync(), embeddings, 2e-5)
    const upstream = tf.tensor2d(Float32Array.from(hashed(6000, embeddings.length)), [2, network.dim])
    pass.backward(upstream)
    upstream.dispose()
    const found = takeGradients(network)
    assert.deepEqual([...found.keys()], Object.keys(gradients))
    ;[...found].forEach(([name, gradient], i) => {
      assertSummary(name, gradient, gradients[name]!, 7000 + i, 1e-4)
    })
    assert.deepEqual(network.describe(images).length, embeddings.length)
    assertClose(network.describe(images), embeddings, 2e-5)
    network.dispose()
    assert.equal(liveTensors(), before)
  })
}

test('In bfloat16 descriptors point where those of float32 do, and gradients are near theirs', async () => {
  const {backbone, pool, height, width: across} = cases[0]!
  const spec: ModelSpec = {backbone, width, stem: 'imagenet', pool, embedding: null, batchnorm: 'frozen'}
  const results = []
  for (const precision of ['float32', 'bfloat16'] as const) {
    const network = await openTiny(spec, undefined, precision)
    const pass = network.forward(tinyImages(2, height, across))
    const embeddings = Float32Array.from(pass.embeddings.dataSync())
    const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 2 * network.dim)), [2, network.dim])
    pass.backward(upstream)
    upstream.dispose()
    const gradients = takeGradients(network)
    results.push({embeddings, first: gradients.get('patch_embed.proj.weight')!})
    network.dispose()
  }
  const [exact, rough] = results as [(typeof results)[0], (typeof results)[0]]
  assert.ok(cosine(exact.embeddings, rough.embeddings) > 0.999, `${cosine(exact.embeddings, rough.embeddings)}`)
  assert.ok(cosine(exact.first, rough.first) > 0.99, `${cosine(exact.first, rough.first)}`)
})

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** A gradient by its length and its part along a hashed direction, relative to its length. */
function assertSummary(
  name: string,
  gradient: Float32Array,
  {l2, dot: along}: Summary,
  stream: number,
  tolerance: number,
): void {
  const length = Math.sqrt(dot(gradient, gradient))
  const part = dot(gradient, hashed(stream, gradient.length))
  assert.ok(Math.abs(length - l2) <= tolerance * l2, `the gradient of ${name} has length ${length}, not ${l2}`)
  assert.ok(Math.abs(part - along) <= tolerance * l2 * 4, `the gradient of ${name} has ${part}, not ${along}`)
}

/** Relative to the largest. */
function assertClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= tolerance * scale, `number ${i} is ${actual[i]}, not ${value}`)
  })
}
