// Value and gradient of every loss (not what a step logs beside them) beside pytorch-metric-learning's, in turn: npx tsx bench/losses.ts [--rounds 5] [--only circle,nca]

import {availableParallelism} from 'node:os'
import {createInterface} from 'node:readline'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {free, fromHost} from '../lib/engine/op.ts'
import {openPart} from '../lib/objectives/open-part.ts'
import {objectiveParameters} from '../lib/objectives/parameters/objective.ts'
import {partsOf} from '../lib/objectives/parts.ts'
import {openVectors} from '../lib/objectives/vectors.ts'
import {openRandom} from '../lib/random.ts'
import {openPython, peerScript} from './python.ts'

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '5'},
    /** Losses by a part of their name; several with commas. */
    only: {type: 'string', default: ''},
    /** How long either side evaluates in a round. */
    seconds: {type: 'string', default: '0.3'},
  },
})

interface Batch {
  readonly rows: number
  readonly dim: number
  readonly classes: number
}

const small: Batch = {rows: 128, dim: 128, classes: 32}
const large: Batch = {rows: 512, dim: 512, classes: 128}
/** As many classes as Stanford Online Products trains on. */
const manyClasses: Batch = {rows: 128, dim: 128, classes: 11_318}
const batches = [small, large]

interface Case {
  /** As peers/pml_losses.py calls it. */
  readonly name: string
  readonly spec: object
  readonly batches: readonly Batch[]
}

const active = {reducer: {name: 'active-mean'}}
const cases: readonly Case[] = [
  {name: 'contrastive', spec: {loss: 'contrastive'}, batches},
  {name: 'triplet', spec: {loss: 'triplet', margin: 0.05, distance: {name: 'euclidean'}, ...active}, batches},
  {name: 'margin', spec: {loss: 'margin'}, batches},
  {name: 'snr-contrastive', spec: {loss: 'snr-contrastive'}, batches},
  {name: 'intra-pair-variance', spec: {loss: 'intra-pair-variance'}, batches},
  {name: 'threshold-consistent-margin', spec: {loss: 'threshold-consistent-margin'}, batches},
  {name: 'tuplet-margin', spec: {loss: 'tuplet-margin'}, batches: [small]},
  {name: 'angular', spec: {loss: 'angular'}, batches},
  // Those with [small] alone need more memory than this machine has in PyTorch: [pairs, pairs] or [rows, rows, rows].
  {name: 'ntxent', spec: {loss: 'ntxent'}, batches: [small]},
  {name: 'supcon', spec: {loss: 'supcon'}, batches},
  {name: 'n-pair', spec: {loss: 'n-pair', distance: {name: 'similarity', normalise: true}}, batches},
  {name: 'multi-similarity', spec: {loss: 'multi-similarity'}, batches},
  {
    name: 'multi-similarity + miner',
    spec: {loss: 'multi-similarity', miner: {name: 'multi-similarity'}},
    batches,
  },
  {name: 'circle', spec: {loss: 'circle'}, batches},
  {name: 'lifted-structure', spec: {loss: 'lifted-structure'}, batches: [small]},
  {name: 'generalized-lifted-structure', spec: {loss: 'generalized-lifted-structure'}, batches},
  {name: 'nca', spec: {loss: 'nca'}, batches},
  {name: 'ranked-list', spec: {loss: 'ranked-list'}, batches},
  {name: 'fastap', spec: {loss: 'fastap'}, batches},
  {name: 'histogram', spec: {loss: 'histogram'}, batches},
  {name: 'pnp', spec: {loss: 'pnp'}, batches: [small]},
  {name: 'instance', spec: {loss: 'instance'}, batches},
  {name: 'vicreg', spec: {loss: 'vicreg'}, batches},
  {name: 'dynamic-soft-margin', spec: {loss: 'dynamic-soft-margin'}, batches},
  ...[
    'normalized-softmax',
    'cosface',
    'arcface',
    'sphereface',
    'large-margin-softmax',
    'sub-center-arcface',
    'p2sgrad',
    'proxy-anchor',
    'proxy-nca',
  ].map((name) => ({name, spec: {loss: name}, batches: [manyClasses]})),
  {name: 'soft-triple', spec: {loss: 'soft-triple', centers_per_class: 2, reg_weight: 0}, batches: [manyClasses]},
  {name: 'manifold', spec: {loss: 'manifold'}, batches: [small]},
]

await main()

async function main(): Promise<void> {
  const threads = availableParallelism()
  const peer = await openPeer(threads)
  console.log(`${threads} threads; ratio: our time by theirs, median over ${options.rounds} rounds (least to most)\n`)
  console.log('| loss | batch | ours ms | theirs ms | ratio |')
  console.log('| --- | --- | --- | --- | --- |')
  const wanted = cases.filter(({name}) => options.only.split(',').some((part) => name.includes(part)))
  for (const {name, spec, batches} of wanted) {
    for (const batch of batches) {
      const ours = await openOurs(spec, batch)
      const theirs = () =>
        peer.measure({loss: name, ...batch, labels: labelsOf(batch), seconds: Number(options.seconds)})
      await theirs()
      ours.measure()
      // In turn, so that what slows the machine for a while slows both.
      const rounds: {ours: number; theirs: number}[] = []
      for (let round = 0; round < Number(options.rounds); round++) {
        rounds.push({ours: ours.measure(), theirs: await theirs()})
      }
      ours.dispose()
      console.log(`| ${[name, describe(batch), ...cells(rounds)].join(' | ')} |`)
    }
  }
  peer.close()
}

/** Our side: evaluates again and again. */
async function openOurs(spec: object, batch: Batch) {
  const {rows, dim, classes} = batch
  const [only] = partsOf(objectiveParameters.parse(spec))
  const loss = await openPart(only!, {dim, classes, seed: 0})
  const random = openRandom('bench', rows)
  const embeddings = fromHost(
    Float32Array.from({length: rows * dim}, () => random.normal()),
    [rows, dim],
  )
  const planned = {
    labels: Int32Array.from(labelsOf(batch)),
    group: Int32Array.from({length: rows}, (_, row) => row >> 1),
    role: Array<string>(rows).fill('member'),
    stepSeed: 0,
  }
  return {
    /** Median milliseconds of one evaluation. */
    measure(): number {
      const samples: number[] = []
      const start = performance.now()
      while (samples.length < 3 || performance.now() - start < 1000 * Number(options.seconds)) {
        const before = performance.now()
        const vectors = openVectors(embeddings)
        free(loss.evaluate(vectors, planned).gradient)
        vectors.dispose()
        for (const weight of loss.weights) {
          const gradient = weight.takeGradient()
          if (gradient !== undefined) free(gradient)
        }
        samples.push(performance.now() - before)
      }
      return median(samples)
    },
    dispose(): void {
      for (const weight of loss.weights) weight.dispose()
      free(embeddings)
    },
  }
}

/** Their side: a process that waits for requests. */
async function openPeer(threads: number) {
  const child = execa(await openPython(), [peerScript('pml_losses.py'), String(threads)], {
    stderr: 'inherit',
    buffer: false,
  })
  const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]()
  return {
    async measure(request: object): Promise<number> {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const {value, done} = await lines.next()
      if (done === true) throw new Error('pml_losses.py ended')
      return (JSON.parse(value) as {milliseconds: number}).milliseconds
    },
    close(): void {
      child.stdin.end()
    },
  }
}

/** Four rows a class, or one where there are more classes than rows. */
function labelsOf({rows, classes}: Batch): number[] {
  return Array.from({length: rows}, (_, row) => (classes > rows ? (row * 83) % classes : row >> 2))
}

function describe({rows, dim, classes}: Batch): string {
  return `${rows} × ${dim}, ${classes.toLocaleString('en')} classes`
}

function cells(rounds: readonly {readonly ours: number; readonly theirs: number}[]): string[] {
  const ratios = rounds.map(({ours, theirs}) => ours / theirs)
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)]
  return [
    median(rounds.map(({ours}) => ours)).toFixed(2),
    median(rounds.map(({theirs}) => theirs)).toFixed(2),
    `${median(ratios).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
  ]
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[samples.length >> 1]!
}
