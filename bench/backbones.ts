// Networks at full size beside PyTorch's, with the same random weights on the same pictures: what they compute, and how fast.
// npx tsx bench/backbones.ts googlenet bninception (names of peers/backbones.py)
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {availableParallelism, tmpdir} from 'node:os'
import {join} from 'node:path'
import {weightToHost} from '../lib/engine/layout.ts'
import {free} from '../lib/engine/op.ts'
import {tf} from '../lib/engine/tensorflow.ts'
import {importWeights} from '../lib/model/import-weights.ts'
import {type ImageBatch, type Network, openNetwork} from '../lib/model/network.ts'
import type {BackboneName, ModelSpec} from '../lib/model/spec.ts'
import {UserError} from '../lib/user-error.ts'
import {measure} from './measure.ts'
import {openPython, peerScript} from './python.ts'

const images = 16
const side = 224
const rounds = 5
const normalisation = {channels: 'rgb', range: 1, mean: [0.45, 0.45, 0.45], std: [0.22, 0.22, 0.22]} as const
const python = await openPython()

await main(process.argv.slice(2))

async function main(names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new UserError('Name networks: npx tsx bench/backbones.ts googlenet bninception')
  console.log(
    '| network | descriptors | gradients first, last, median | describe: ours, torch, ratio | train: ours, torch, ratio |',
  )
  console.log('| --- | --- | --- | --- | --- |')
  for (const name of names) console.log(`| ${[name, ...(await compare(name as BackboneName))].join(' | ')} |`)
}

async function compare(backbone: BackboneName): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-backbones-'))
  try {
    await measure({file: python, args: [peerScript('backbones.py'), 'describe', backbone, folder]})
    const spec: ModelSpec = {backbone, width: 64, stem: 'imagenet', pool: 'spoc', embedding: null, batchnorm: 'frozen'}
    const {weights} = await importWeights(join(folder, 'weights.pth'), spec, 0)
    const network = await openNetwork(spec, weights, normalisation, {precision: 'float32', training: true})
    const differences = findDifferences(network, folder)
    const describer = await openNetwork(spec, weights, normalisation, {precision: 'float32', training: false})
    const batch = {pixels: new Uint8Array(images * side * side * 3).fill(90), count: images, height: side, width: side}
    // Theirs between two of ours: another program on the machine is then seen.
    const first = [best(() => describer.describe(batch)), best(() => train(network, batch))] as const
    const theirs = await measurePeer(backbone)
    const second = [best(() => describer.describe(batch)), best(() => train(network, batch))] as const
    const speeds = (['describe', 'train'] as const).map((what, i) => {
      const [ours, torch] = [images / Math.min(first[i]!, second[i]!), theirs.get(what)!]
      return `${ours.toFixed(1)}, ${torch.toFixed(1)} images/s, ${(ours / torch).toFixed(2)}`
    })
    network.dispose()
    describer.dispose()
    return [...differences, ...speeds]
  } finally {
    rmSync(folder, {recursive: true})
  }
}

/** Of descriptors and of the gradient of the sum of their squares, relative to their lengths. */
function findDifferences(network: Network, folder: string): string[] {
  const pixels = readFileSync(join(folder, 'images.bin'))
  const pass = network.forward({pixels, count: 4, height: 224, width: 224})
  const found = pass.embeddings.dataSync() as Float32Array
  const upstream = tf.mul(pass.embeddings, 2) as tf.Tensor2D
  pass.backward(upstream)
  upstream.dispose()
  const expected = floatsIn(join(folder, 'gradients.bin'))
  let start = 0
  const gradients = network.parameters.map((parameter) => {
    const raw = parameter.takeGradient()!
    const gradient = weightToHost(raw)
    free(raw)
    start += gradient.length
    return difference(gradient, expected.subarray(start - gradient.length, start))
  })
  if (start !== expected.length) throw new Error(`${expected.length} gradients, not ${start}`)
  const middle = [...gradients].sort((a, b) => a - b)[gradients.length >> 1]!
  return [
    difference(found, floatsIn(join(folder, 'embeddings.bin'))).toExponential(1),
    [gradients[0]!, gradients.at(-1)!, middle].map((value) => value.toExponential(1)).join(', '),
  ]
}

function train(network: Network, batch: ImageBatch): void {
  const pass = network.forward(batch)
  const upstream = tf.onesLike(pass.embeddings)
  pass.backward(upstream)
  upstream.dispose()
  for (const parameter of network.parameters) {
    const gradient = parameter.takeGradient()
    if (gradient !== undefined) free(gradient)
  }
}

async function measurePeer(name: string): Promise<Map<string, number>> {
  const threads = process.env.NEARMISS_THREADS ?? String(availableParallelism())
  const args = [
    peerScript('backbones.py'),
    'time',
    name,
    '--images',
    `${images}`,
    '--side',
    `${side}`,
    '--threads',
    threads,
  ]
  const {lines} = await measure({file: python, args})
  return new Map(lines.map(({what, images_a_second}) => [String(what), Number(images_a_second)]))
}

function best(work: () => void): number {
  work()
  const seconds = Array.from({length: rounds}, () => {
    const start = performance.now()
    work()
    return (performance.now() - start) / 1000
  })
  return Math.min(...seconds)
}

function floatsIn(path: string): Float32Array {
  const bytes = readFileSync(path)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

function difference(found: Float32Array, expected: Float32Array): number {
  let [apart, length] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    apart += (found[i]! - expected[i]!) ** 2
    length += expected[i]! ** 2
  }
  return Math.sqrt(apart / length)
}
