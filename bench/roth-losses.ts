// Losses and samplers of Deep-Metric-Learning-Baselines' own code beside ours, on the same batches (docs/presets.md): npx tsx bench/roth-losses.ts --repository CLONE

import assert from 'node:assert/strict'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {free, fromHost, read} from '../lib/engine/op.ts'
import type {StateDict} from '../lib/engine/state-dict.ts'
import {allTuples} from '../lib/objectives/all-tuples.ts'
import type {Miner} from '../lib/objectives/miners/miner.ts'
import {distanceProbabilities} from '../lib/objectives/mining/distance-weights.ts'
import {openPart} from '../lib/objectives/open-part.ts'
import {type LossSpec, objectiveParameters} from '../lib/objectives/parameters/objective.ts'
import {partsOf} from '../lib/objectives/parts.ts'
import type {PlannedBatch, Tuples} from '../lib/objectives/tuples.ts'
import {openVectors} from '../lib/objectives/vectors.ts'
import {openRandom} from '../lib/random.ts'
import {openPython, peerScript} from './python.ts'

const {values: options} = parseArgs({
  options: {
    /** A clone of Deep_Metric_Learning_Baselines. */
    repository: {type: 'string'},
    /** How often samplers draw, on both sides. */
    draws: {type: 'string', default: '1000'},
  },
})

/** What peers/roth_losses.py says of a batch. */
interface Theirs {
  readonly name: string
  readonly embeddings: number[][]
  readonly labels: number[]
  readonly losses: Readonly<Record<string, LossOfTheirs>>
  readonly draws: number
  readonly counts: Readonly<Record<string, Draws>>
  /** Of the negatives, by anchor and row; NaN where float32 left none. */
  readonly chances: number[][]
}

interface LossOfTheirs {
  /** Rows: anchor, positive, negatives. */
  readonly tuples: number[][]
  readonly value: number
  readonly gradient: number[][]
  readonly weights: Readonly<Record<string, {value: number[] | number[][]; gradient: number[] | number[][]}>>
}

/** How often every row was drawn, by anchor and row. */
interface Draws {
  readonly positives: number[][]
  readonly negatives: number[][]
}

const triplet = {loss: 'triplet', margin: 0.2}
/** As the presets have them, without miners: whom to compare is given. */
const specs: Readonly<Record<string, object>> = {
  'triplet, semihard': triplet,
  'triplet, softhard': triplet,
  'triplet, distance': triplet,
  margin: {loss: 'margin', per_class: true, margin: 0.2, beta: 1.2},
  'margin, counts triplets': {loss: 'margin', per_class: true, margin: 0.2, beta: 1.2, counts: 'triplets'},
  'n-pair': {loss: 'n-pair', l2: 0.02},
  'proxy-nca': {loss: 'proxy-nca', softmax_scale: 9, denominator: 'others'},
}
const miners: Readonly<Record<string, {readonly name: string; readonly margin?: number}>> = {
  semihard: {name: 'semi-hard', margin: 0.2},
  softhard: {name: 'soft-hard'},
  npair: {name: 'n-pair'},
}
/** What their parameters are called here. */
const weightNames: Readonly<Record<string, string>> = {beta: 'loss.beta', PROXIES: 'loss.proxies'}

await main()

async function main(): Promise<void> {
  assert.ok(options.repository, '--repository is needed')
  const args = [peerScript('roth_losses.py'), '--repository', options.repository, '--draws', options.draws]
  const {stdout} = await execa(await openPython(), args, {stderr: 'inherit', maxBuffer: 2 ** 28})
  // Python writes NaN, which JSON does not know.
  const batches = JSON.parse(stdout.replaceAll('NaN', 'null')) as Theirs[]
  console.log('| batch | loss | theirs | ours | gradient, largest difference | of its weights |')
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const batch of batches) for (const name of Object.keys(specs)) console.log(await compareLoss(batch, name))
  console.log('\n| batch | sampler | positives: pairs that one side alone drew, z of the counts | negatives |')
  console.log('| --- | --- | --- | --- |')
  for (const batch of batches) for (const name of Object.keys(miners)) console.log(await compareSampler(batch, name))
  console.log()
  for (const batch of batches) console.log(`${batch.name}, distance: ${compareChances(batch)}`)
}

/** Differences of gradients are shares of the largest number of theirs. */
async function compareLoss({name: batch, embeddings, labels, losses}: Theirs, name: string): Promise<string> {
  const theirs = losses[name]!
  const [part] = partsOf(objectiveParameters.parse(specs[name]))
  const {rowOf, planned} = writeOut(theirs.tuples, labels)
  const tensors: StateDict = new Map(
    Object.entries(theirs.weights).map(([weight, {value}]) => {
      const shape = value.every(Array.isArray) ? [value.length, (value[0] as number[]).length] : [value.length]
      return [weightNames[weight]!, {dtype: 'F32', shape, data: Float32Array.from(value.flat())}]
    }),
  )
  const [dim, classes] = [embeddings[0]!.length, new Set(labels).size]
  const loss = await openPart(part!, {dim, classes, seed: 0, tensors})
  const rows = fromHost(Float32Array.from(rowOf.flatMap((row) => embeddings[row]!)), [rowOf.length, dim])
  const vectors = openVectors(rows)
  const {value, gradient} = loss.evaluate(vectors, planned)
  // A row that is in several tuples was given once for each: its gradients add up.
  const sums = new Float64Array(embeddings.length * dim)
  read(gradient).forEach((number, i) => {
    sums[rowOf[Math.floor(i / dim)]! * dim + (i % dim)]! += Number(number)
  })
  const ofWeights = loss.weights.map((weight) => {
    const own = weight.takeGradient()!
    const other = Object.entries(theirs.weights).find(([there]) => weightNames[there] === weight.name)![1]
    const difference = shareOfLargest(Array.from(read(own), Number), other.gradient.flat())
    free(own)
    return difference.toExponential(1)
  })
  vectors.dispose()
  for (const weight of loss.weights) weight.dispose()
  free(gradient, rows)
  const difference = shareOfLargest(sums, theirs.gradient.flat()).toExponential(1)
  return `| ${[batch, name, theirs.value.toFixed(6), value.toFixed(6), difference, ofWeights.join()].join(' | ')} |`
}

/** Every tuple a group with rows of its own; without tuples the batch as it is. */
function writeOut(tuples: number[][], labels: number[]): {rowOf: number[]; planned: PlannedBatch} {
  const slots =
    tuples.length === 0
      ? labels.map((label, row) => ({row, group: label, role: 'member'}))
      : tuples.flatMap((tuple, group) =>
          tuple.map((row, place) => ({row, group, role: ['anchor', 'positive'][place] ?? 'negative'})),
        )
  const rowOf = slots.map(({row}) => row)
  const planned = {
    labels: Int32Array.from(rowOf, (row) => labels[row]!),
    group: Int32Array.from(slots, ({group}) => group),
    role: slots.map(({role}) => role),
    stepSeed: 0,
  }
  return {rowOf, planned}
}

function shareOfLargest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  const largest = theirs.reduce((most, number) => Math.max(most, Math.abs(number)), 0)
  return theirs.reduce((most, number, i) => Math.max(most, Math.abs(number - ours[i]!)), 0) / largest
}

async function compareSampler({name: batch, embeddings, labels, counts, draws}: Theirs, name: string): Promise<string> {
  const ours = await countDraws(miners[name]!, embeddings, labels, draws)
  const theirs = counts[name]!
  // One pair a class, whose negatives are the others' positives, or one triplet an anchor: so many sums of draws are fixed.
  const fixed = name === 'npair' ? new Set(labels).size : labels.length
  const sides = name === 'npair' ? (['positives'] as const) : (['positives', 'negatives'] as const)
  const cells = sides.map((side) => {
    const {lonely, pairs, z} = compareCounts(ours[side].flat(), theirs[side].flat(), fixed)
    return `${lonely} of ${pairs}, ${z.toFixed(1)}`
  })
  return `| ${[batch, name, cells[0], cells[1] ?? ''].join(' | ')} |`
}

async function countDraws(spec: object, embeddings: number[][], labels: number[], draws: number): Promise<Draws> {
  const {miner} = objectiveParameters.parse({loss: 'triplet', miner: spec}) as LossSpec
  const {mine} = (await import(`../lib/objectives/miners/${miner!.name}.ts`)) as {mine: Miner<unknown>}
  const own = Int32Array.from(labels)
  const rows = fromHost(Float32Array.from(embeddings.flat()), [labels.length, embeddings[0]!.length])
  const vectors = openVectors(rows)
  const [positives, negatives] = [1, 2].map(() => labels.map(() => labels.map(() => 0)))
  for (let draw = 0; draw < draws; draw++) {
    const random = openRandom('roth-losses', draw)
    const tuples = mine({vectors, labels: own, all: allTuples(own), random}, miner)
    for (const [anchor, positive] of pairsOf(tuples, 'positives')) positives![anchor]![positive]!++
    for (const [anchor, negative] of pairsOf(tuples, 'negatives')) negatives![anchor]![negative]!++
  }
  vectors.dispose()
  free(rows)
  return {positives: positives!, negatives: negatives!}
}

function pairsOf(tuples: Tuples, side: 'positives' | 'negatives'): [number, number][] {
  const {start, other} = tuples[side]
  return Array.from(start.subarray(1)).flatMap((end, anchor) =>
    Array.from(other.subarray(start[anchor]!, end), (row): [number, number] => [anchor, row]),
  )
}

/** Pairs that one side alone drew, and how far a chi-square of both sides' counts is from its mean, in its standard deviations. */
function compareCounts(ours: readonly number[], theirs: readonly number[], fixed: number) {
  let [square, pairs, lonely] = [0, 0, 0]
  for (const [i, own] of ours.entries()) {
    const other = theirs[i]!
    if (own + other === 0) continue
    if (own === 0 || other === 0) lonely++
    square += (own - other) ** 2 / (own + other)
    pairs++
  }
  const freedom = pairs - fixed
  return {lonely, pairs, z: (square - freedom) / Math.sqrt(2 * freedom)}
}

/** Chances of negatives by distance: they have them as float32 leaves them. */
function compareChances({embeddings, labels, chances}: Theirs): string {
  const unit = embeddings.map((row) => row.map((number) => number / Math.hypot(...row)))
  let [largest, without] = [0, 0]
  for (const [anchor, theirs] of chances.entries()) {
    const negatives = [...labels.keys()].filter((row) => labels[row] !== labels[anchor])
    if (negatives.some((row) => theirs[row] === null)) {
      without++
      continue
    }
    const similarities = negatives.map((row) =>
      unit[row]!.reduce((sum, number, i) => sum + number * unit[anchor]![i]!, 0),
    )
    const ours = distanceProbabilities(Float64Array.from(similarities), {
      dim: unit[0]!.length,
      lower: 0.5,
      upper: null,
    })!
    negatives.forEach((row, i) => {
      largest = Math.max(largest, Math.abs(ours[i]! - theirs[row]!))
    })
  }
  return `chances differ by ${largest.toExponential(1)} at most; ${without} of ${chances.length} anchors have none there`
}
