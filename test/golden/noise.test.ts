import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {BackboneName, ModelSpec} from '../../lib/model/spec.ts'
import {hashed, openTiny, takeGradients, tinyImages} from '../model/tiny-network.ts'

/** What bench/peers/noise.py writes: networks of torchvision and timm with their own layers and rates, given our draws. */
interface Case {
  readonly backbone: BackboneName
  readonly channels_of_64: number
  /** Stream of their pixels. */
  readonly pictures: number
  readonly height: number
  readonly width: number
  readonly embedding?: number
  readonly dropout?: number
  readonly stochastic_depth?: number
  /** Whether a branch was kept, for each of two images. */
  readonly kept: Readonly<Record<string, readonly number[]>>
  readonly embeddings: readonly number[]
  readonly gradients: Readonly<Record<string, {readonly l2: number; readonly dot: number}>>
}

const {seed, cases} = JSON.parse(readFileSync(resolve(import.meta.dirname, 'noise.json'), 'utf8')) as {
  seed: number
  cases: readonly Case[]
}

assert.equal(cases.length, 4)
for (const {backbone, channels_of_64, pictures, height, width, embedding, kept, ...expected} of cases) {
  const {dropout = 0, stochastic_depth = 0} = expected
  const leavesOut = dropout > 0 ? `drop-out of ${dropout}` : `stochastic depth of ${stochastic_depth}`

  test(`${backbone} with ${leavesOut} trains as its package does in PyTorch with the same draws, forward and backward`, async () => {
    const spec: ModelSpec = {
      backbone,
      width: channels_of_64,
      stem: 'imagenet',
      pool: 'spoc',
      embedding: embedding === undefined ? null : {size: embedding, hidden: [], relu: 'between', normalise: 'none'},
      batchnorm: 'frozen',
      dropout,
      stochastic_depth,
    }
    const network = await openTiny(spec)
    const images = tinyImages(2, height, width, pictures)
    const pass = network.forward(images, {seed})
    // float32 against float64
    assert.ok(distance(pass.embeddings.dataSync(), expected.embeddings) < 2e-5 * Math.hypot(...expected.embeddings))
    const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 2 * network.dim)), [2, network.dim])
    pass.backward(upstream)
    upstream.dispose()
    const taken = [...takeGradients(network)]
    assert.deepEqual(taken.map(([name]) => name).sort(), Object.keys(expected.gradients).sort())
    taken.forEach(([name, gradient], i) => {
      assertSummary(name, gradient, expected.gradients[name]!, 7000 + i)
    })
    network.dispose()
  })
}

function assertSummary(name: string, data: Float32Array, {l2, dot}: Case['gradients'][string], stream: number): void {
  const direction = hashed(stream, data.length)
  const length = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0))
  const projection = data.reduce((sum, value, i) => sum + value * direction[i]!, 0)
  assert.ok(Math.abs(length - l2) <= 1e-4 * l2, `${name}: length ${length}, not ${l2}`)
  assert.ok(Math.abs(projection - dot) <= 4e-4 * l2, `${name}: projection ${projection}, not ${dot}`)
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0))
}
