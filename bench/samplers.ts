// What planning and mining an epoch of the size of Stanford Online Products takes, by sampler: npx tsx bench/samplers.ts [--only triplets] [--rounds 3]

import {availableParallelism} from 'node:os'
import {parseArgs} from 'node:util'
import type {DescriptorSet} from '../lib/engine/nearest/sets.ts'
import {mineEpoch} from '../lib/objectives/mine.ts'
import {miningParameters} from '../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../lib/objectives/parameters/schedule.ts'
import {planEpoch} from '../lib/objectives/plan.ts'
import type {TrainingImages} from '../lib/objectives/samplers/sampler.ts'
import {usesDescriptors} from '../lib/objectives/uses-descriptors.ts'
import {openRandom} from '../lib/random.ts'

const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '3'},
    /** Samplers by a part of their name; several with commas. */
    only: {type: 'string', default: ''},
  },
})

/** Its training images. */
const [images, classes, dim] = [59_551, 11_318, 512]
/** As large as its super-classes are, so that `hierarchical` has some. */
const superClasses = 12

const samplers: readonly {readonly sampler: string; readonly [parameter: string]: unknown}[] = [
  {sampler: 'shuffle'},
  {sampler: 'classes'},
  {sampler: 'm-per-class'},
  {sampler: 'samples-per-class'},
  {sampler: 'class-random'},
  {sampler: 'one-per-class'},
  {sampler: 'balanced'},
  {sampler: 'hierarchical'},
  {sampler: 'views'},
  {sampler: 'random-triplets'},
  {sampler: 'hard-triplets'},
  {sampler: 'near-classes', from_epoch: 1},
  {sampler: 'class-groups', iterations: 1000},
  {sampler: 'cluster-negatives'},
  {sampler: 'distance-weighted'},
]

await main()

async function main(): Promise<void> {
  const training = drawImages()
  const descriptors = drawDescriptors(training)
  console.log(`${availableParallelism()} threads; medians of ${options.rounds} rounds, seconds on the wall (CPU)\n`)
  console.log('| sampler | mining | planning | rows |')
  console.log('| --- | --- | --- | --- |')
  const wanted = samplers.filter(({sampler}) => options.only.split(',').some((part) => sampler.includes(part)))
  for (const {sampler, ...more} of wanted) {
    const {mining, planning, rows} = await measure({sampler, ...more}, training, descriptors)
    const settings = Object.entries(more).map(([name, value]) => `, ${name} ${value}`)
    console.log(
      `| ${sampler}${settings.join('')} | ${cell(mining)} | ${cell(planning)} | ${rows.toLocaleString('en')} |`,
    )
  }
}

interface Seconds {
  readonly wall: number
  readonly cpu: number
}

async function measure(parameters: object, training: TrainingImages, descriptors: DescriptorSet) {
  const mining = miningParameters.parse(parameters)
  const schedule = scheduleParameters.parse({name: 'constant'})
  const rounds: {mining: Seconds | undefined; planning: Seconds}[] = []
  let rows = 0
  for (let seed = 0; seed < Number(options.rounds); seed++) {
    const mined = usesDescriptors(mining, 1)
      ? await timed(() => mineEpoch({mining, descriptors, seed, epoch: 1}))
      : undefined
    const neighbours = mined?.result?.rows
    const request = {mining, schedule, learningRate: 1, images: training, seed, epoch: 1}
    const plan = await timed(() => planEpoch({...request, ...(neighbours && {neighbours})}))
    rows = plan.result.step.length
    rounds.push({mining: mined?.seconds, planning: plan.seconds})
  }
  const miningRounds = rounds.flatMap((round) => round.mining ?? [])
  return {mining: median(miningRounds), planning: median(rounds.map((round) => round.planning))!, rows}
}

async function timed<Result>(work: () => Promise<Result>): Promise<{result: Result; seconds: Seconds}> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const {user, system} = process.cpuUsage(before)
  return {result, seconds: {wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6}}
}

/** Of the wall; the CPU's of the same round. */
function median(rounds: readonly Seconds[]): Seconds | undefined {
  return [...rounds].sort((a, b) => a.wall - b.wall)[rounds.length >> 1]
}

function cell(seconds: Seconds | undefined): string {
  return seconds === undefined ? '-' : `${seconds.wall.toFixed(1)} (${seconds.cpu.toFixed(1)})`
}

function drawImages(): TrainingImages {
  const label = Int32Array.from({length: images}, (_, row) => row % classes).sort()
  return {
    id: Int32Array.from({length: images}, (_, row) => row),
    label,
    className: Array.from(label, (own) => `super${own % superClasses}/${own}`),
  }
}

/** Unit vectors around one centre a class. */
function drawDescriptors({id, label}: TrainingImages): DescriptorSet {
  const random = openRandom('bench-samplers')
  const centres = Float32Array.from({length: classes * dim}, () => random.normal())
  const vectors = new Float32Array(images * dim)
  for (let row = 0; row < images; row++) {
    const [to, from] = [row * dim, label[row]! * dim]
    let squares = 0
    for (let i = 0; i < dim; i++) {
      const value = centres[from + i]! + random.normal()
      vectors[to + i] = value
      squares += value * value
    }
    for (let i = 0; i < dim; i++) vectors[to + i]! /= Math.sqrt(squares)
  }
  return {id, label, dim, vectors}
}
