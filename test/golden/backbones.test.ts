import assert from 'node:assert/strict'
import {readdirSync, readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {test} from 'node:test'
import {tf} from '../../lib/engine/tensorflow.ts'
import type {BackboneName, ModelSpec} from '../../lib/model/spec.ts'
import {hashed, openTiny, takeGradients, tinyImages, tinyWeights} from '../model/tiny-network.ts'

interface Summary {
  readonly l2: number
  readonly dot: number
}

/** What bench/peers/backbones.py writes: networks on two small images, of full size where none is said. */
interface Golden {
  readonly backbone: BackboneName
  /** Of the model; absent: 64. */
  readonly width?: number
  readonly cases: readonly {
    readonly batchnorm: 'frozen' | 'live'
    readonly height: number
    readonly width: number
    readonly embeddings: readonly number[]
    readonly gradients: Readonly<Record<string, Summary>>
    readonly running_after: Readonly<Record<string, Summary>>
  }[]
}

const folder = resolve(import.meta.dirname, 'backbones')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
assert.ok(files.length >= 2)

for (const file of files) {
  test(`${file}: the network computes what its package does in PyTorch, forward and backward`, async () => {
    const {backbone, width: channels = 64, cases} = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as Golden
    const spec: ModelSpec = {
      backbone,
      width: channels,
      stem: 'imagenet',
      pool: 'spoc',
      embedding: null,
      batchnorm: 'frozen',
    }
    const weights = await tinyWeights(spec)
    for (const {batchnorm, height, width, embeddings, gradients, running_after} of cases) {
      const network = await openTiny({...spec, batchnorm}, weights)
      const pass = network.forward(tinyImages(2, height, width, 5300))
      // relative to the length of all descriptors; with live batch norm PyTorch's own float32 is off by 3e-5
      const found = pass.embeddings.dataSync() as Float32Array
      assert.ok(distance(found, embeddings) < (batchnorm === 'live' ? 1e-4 : 1e-5) * Math.hypot(...embeddings))
      const upstream = tf.tensor2d(Float32Array.from(hashed(6000, 2 * network.dim)), [2, network.dim])
      pass.backward(upstream)
      upstream.dispose()
      const taken = takeGradients(network)
      if (batchnorm === 'frozen') {
        assert.deepEqual([...taken.keys()], Object.keys(gradients))
        ;[...taken].forEach(([name, data], i) => {
          assertSummary(name, data, gradients[name]!, 7000 + i, 1e-4)
        })
      }
      const after = network.weights()
      for (const [name, expected] of Object.entries(running_after))
        assertSummary(name, after.get(name)!.data as Float32Array, expected, 8000, 1e-4)
      network.dispose()
    }
  })
}

/** Length and a random projection: what a permuted or reversed tensor would not have. */
function assertSummary(name: string, data: Float32Array, {l2, dot}: Summary, stream: number, tolerance: number): void {
  const direction = hashed(stream, data.length)
  const projection = data.reduce((sum, value, i) => sum + value * direction[i]!, 0)
  const length = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0))
  assert.ok(Math.abs(length - l2) <= tolerance * l2, `${name}: length ${length}, not ${l2}`)
  assert.ok(Math.abs(projection - dot) <= tolerance * l2, `${name}: projection ${projection}, not ${dot}`)
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0))
}
