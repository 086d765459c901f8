// One checkpoint measured by Deep-Metric-Learning-Baselines' own code and by ours, on the same pictures (docs/performance.md):
// npx tsx bench/roth-evaluate.ts --repository CLONE --run NAME --epoch 2 [--project FOLDER]

import assert from 'node:assert/strict'
import {mkdirSync, readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {kmeans} from '../lib/engine/kmeans.ts'
import {countOverlaps} from '../lib/metrics/clustering/contingency.ts'
import {normalisedMutualInformation} from '../lib/metrics/clustering/mutual-information.ts'
import {countPairs, pairwiseF1} from '../lib/metrics/clustering/pairwise-f1.ts'
import {openRandom} from '../lib/random.ts'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {readImages} from '../lib/tables/images.ts'
import {readLoose} from '../lib/tables/loose.ts'
import {artifactOf, nearmiss} from './project-folder.ts'
import {openPython, peerScript} from './python.ts'

const {values: options} = parseArgs({
  options: {
    /** A clone of Deep_Metric_Learning_Baselines. */
    repository: {type: 'string'},
    run: {type: 'string'},
    epoch: {type: 'string'},
    /** The folder of pipeline.yaml. */
    project: {type: 'string', default: '.'},
    out: {type: 'string', default: 'bench/results/roth'},
    threads: {type: 'string', default: '2'},
    /** Runs of our k-means. */
    seeds: {type: 'string', default: '20'},
  },
})

type Figures = Readonly<Record<string, number>>

const recalls = [1, 2, 4, 8].map((k) => `recall_at_${k}`)

await main()

async function main(): Promise<void> {
  const {repository, run, epoch, seeds} = options
  assert.ok(repository && run && epoch, '--repository, --run and --epoch are needed')
  const [project, out] = [resolve(options.project), resolve(options.out)]
  mkdirSync(out, {recursive: true})
  const find = (node: string, file: string) => artifactOf(join(project, 'artifacts'), run, node, file)
  const images = find('prepare-splits', 'images.arrow')
  const exported = join(out, 'model.safetensors')
  await say(project, ['export', `${run}@${epoch}`, '--to', 'pytorch', '--out', exported, '--force'])
  const theirs = await askThem({
    repository: resolve(repository),
    exported,
    images,
    root: (await readImages(images)).root,
    out,
  })
  const [descriptors, labels] = [join(out, 'descriptors.npy'), join(out, 'labels.npy')]
  const metrics = `metrics={names: [recall_at_k, nmi, f1], k: [1, 2, 4, 8], convention: roth, bootstrap: null}`
  const inputs = [`descriptors=${descriptors}`, `labels=${labels}`].flatMap((input) => ['--in', input])
  const measured = join(out, 'measured')
  await say(project, ['stage', 'evaluate', '--run', run, '--set', metrics, ...inputs, '--out', measured])
  const onTheirs = readMetrics(join(measured, 'metrics.json'))
  const ours = readMetrics(find(`evaluate@${epoch}`, 'metrics.json'))

  const [vectors, label, cluster] = [
    await numbers(descriptors),
    await numbers(labels),
    await numbers(join(out, 'clusters.npy')),
  ]
  const own = await readDescriptors(find(`extract-val@${epoch}`, 'descriptors.arrow'))
  const classes = Int32Array.from(label)
  const given = clusterFigures(classes, Int32Array.from(cluster))
  const rows = [
    ...recalls.map((name) => [name, theirs[name], onTheirs[name], ours[name]]),
    ['nmi, their clusters', theirs.nmi, given.nmi, given.nmi],
    ['f1, their clusters', theirs.f1, given.f1, given.f1],
    ['nmi, own clusters', theirs.nmi, onTheirs.nmi, ours.nmi],
    ['f1, own clusters', theirs.f1, onTheirs.f1, ours.f1],
  ]
  console.log(
    `${run}@${epoch}: ${classes.length} pictures of ${new Set(classes).size} classes, ${own.dim} numbers each\n`,
  )
  console.log('| | theirs | ours, their descriptors | ours |\n| --- | --- | --- | --- |')
  for (const [name, ...figures] of rows)
    console.log(`| ${[name, ...figures.map((figure) => Number(figure).toFixed(6))].join(' | ')} |`)
  console.log(
    `\nlargest difference of a number in a descriptor: ${largestDifference(vectors, own.vectors).toExponential(1)}`,
  )
  console.log(
    `our k-means of their descriptors, ${seeds} seeds: ${await describeSeeds(Float32Array.from(vectors), classes, own.dim)}`,
  )
}

async function say(project: string, args: readonly string[]): Promise<void> {
  const {file, args: all, env} = nearmiss(project, Number(options.threads), args)
  await execa(file, all, {cwd: project, env: {...env}, stdout: process.stderr, stderr: 'inherit'})
}

interface Question {
  readonly repository: string
  readonly exported: string
  readonly images: string
  readonly root: string
  readonly out: string
}

async function askThem({repository, exported, images, root, out}: Question): Promise<Figures> {
  const flags = {repository, export: exported, images, root, out, threads: options.threads}
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
  const {stdout} = await execa(await openPython(), [peerScript('roth_evaluate.py'), ...args], {stderr: 'inherit'})
  return JSON.parse(stdout.split('\n').at(-1)!) as Figures
}

function readMetrics(file: string): Figures {
  return (JSON.parse(readFileSync(file, 'utf8')) as {metrics: Figures}).metrics
}

async function numbers(file: string): Promise<ArrayLike<number>> {
  const column = (await readLoose(file)).columns.get('')!
  assert.ok(column.kind !== 'text')
  return column.values
}

function clusterFigures(classes: Int32Array, clusters: Int32Array): {nmi: number; f1: number} {
  const overlap = countOverlaps(classes, clusters)
  return {nmi: normalisedMutualInformation(overlap, 'geometric'), f1: pairwiseF1(countPairs(overlap))}
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length)
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

/** What another draw of the first centroids is worth. */
async function describeSeeds(vectors: Float32Array, classes: Int32Array, dim: number): Promise<string> {
  const figures: {nmi: number; f1: number}[] = []
  for (let seed = 0; seed < Number(options.seeds); seed++) {
    const random = openRandom(seed, 'evaluate', 'kmeans')
    const {cluster} = await kmeans({vectors, dim, clusters: new Set(classes).size, start: 'random', random})
    figures.push(clusterFigures(classes, cluster))
  }
  return (['nmi', 'f1'] as const)
    .map((name) => {
      const values = figures.map((figure) => figure[name])
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return `${name} ${mean.toFixed(4)} (${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)})`
    })
    .join(', ')
}
