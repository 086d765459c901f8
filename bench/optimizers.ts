// A step of each optimiser over ResNet18's 11 million weights, gradient norm included, beside torch.optim: npx tsx bench/optimizers.ts
import {availableParallelism} from 'node:os'
import {FLOAT, fromHost, run, type} from '../lib/engine/op.ts'
import {Parameter} from '../lib/engine/parameter.ts'
import {traceNetwork} from '../lib/model/graph.ts'
import {optimizerParameters} from '../lib/model/optimizer-parameters.ts'
import {openTrainer} from '../lib/model/trainer.ts'
import {measure} from './measure.ts'
import {openPython, peerScript} from './python.ts'

const rounds = 10
const variants = ['for-loop', 'foreach', 'fused']
const threads = availableParallelism()
const layout = (
  await traceNetwork({
    backbone: 'resnet18',
    width: 64,
    stem: 'imagenet',
    pool: 'spoc',
    embedding: null,
    batchnorm: 'live',
  })
).tensors

/** The settings of peers/optimizers.py. */
const optimizers: Readonly<Record<string, object>> = {
  sgd: {name: 'sgd', lr: 1e-3, momentum: 0.9, weight_decay: 1e-4},
  adam: {name: 'adam', lr: 1e-5, weight_decay: 4e-4},
  adamw: {name: 'adamw', lr: 1e-5},
  'adamw amsgrad': {name: 'adamw', lr: 1e-5, amsgrad: true},
  rmsprop: {name: 'rmsprop', lr: 1e-6, weight_decay: 1e-4, momentum: 0.9},
}

await main()

async function main(): Promise<void> {
  const theirs = await measurePeers()
  console.log(
    `| optimiser | ours ms | ${variants.map((variant) => `torch ${variant} ms`).join(' | ')} | ratio to the fastest |`,
  )
  console.log(`| --- | --- | ${variants.map(() => '---').join(' | ')} | --- |`)
  for (const [name, settings] of Object.entries(optimizers)) {
    const ours = median(await measureOurs(settings))
    const peers = variants.map((variant) => theirs.get(`${name} ${variant}`))
    const fastest = Math.min(...peers.filter((seconds) => seconds !== undefined))
    const cells = [ours, ...peers].map((seconds) => (seconds === undefined ? '' : (1000 * seconds).toFixed(1)))
    console.log(`| ${name} | ${cells.join(' | ')} | ${(ours / fastest).toFixed(2)} |`)
  }
}

async function measurePeers(): Promise<Map<string, number>> {
  const args = [peerScript('optimizers.py'), String(threads), String(rounds)]
  const {lines} = await measure({file: await openPython(), args})
  return new Map(lines.map(({optimizer, variant, seconds}) => [`${optimizer} ${variant}`, median(seconds as number[])]))
}

async function measureOurs(settings: object): Promise<number[]> {
  const shapes = layout.filter(({role}) => role === 'conv' || role === 'gamma' || role === 'beta')
  const parameters = shapes.map(
    ({name, shape}) => new Parameter(name, new Float32Array(sizeOf(shape)).fill(0.5), shape),
  )
  const gradients = parameters.map(({raw}) => fromHost(new Float32Array(sizeOf(raw.shape)).fill(1e-3), raw.shape))
  const spec = optimizerParameters.parse(settings)
  const trainer = await openTrainer(parameters, spec, {model: new Map()})
  const samples = Array.from({length: rounds + 3}, () => {
    parameters.forEach((parameter, i) => {
      parameter.addGradient(run('Identity', [gradients[i]!], [type('T', FLOAT)]))
    })
    const started = performance.now()
    trainer.step({lr: spec.lr, batches: 1})
    return (performance.now() - started) / 1000
  })
  trainer.dispose()
  return samples.slice(3)
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[samples.length >> 1]!
}
