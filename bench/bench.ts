// make bench: we and our peers in turn on this machine; raw samples and a summary under bench/results/ (docs/performance.md).
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {availableParallelism, cpus, totalmem} from 'node:os'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {exactNeighbours} from './exact-neighbours.ts'
import {labEpoch} from './lab-epoch.ts'
import {cubMetrics, largeMetrics, syntheticMetrics} from './metrics.ts'
import {openPython} from './python.ts'
import {rothEpoch} from './roth-epoch.ts'
import {appendLine, type Experiment, readSamples, type Sample, type Setting} from './samples.ts'
import {renderSummary} from './summary.ts'

const {values: options} = parseArgs({
  options: {
    /** How often each contestant runs. */
    rounds: {type: 'string', default: '3'},
    /** float32, bfloat16, neighbours, metrics, resnet50; large, which takes hours, where it is asked for; several with commas. */
    only: {type: 'string', default: 'float32,bfloat16,neighbours,metrics,resnet50'},
    /** Contestants by a part of their name; several with commas. */
    contestants: {type: 'string', default: ''},
    data: {type: 'string', default: '../shared/data/CUB_200_2011'},
    weights: {type: 'string', default: '../shared/weights/resnet18-imagenet.pth'},
    train: {type: 'string', default: '0-49'},
    val: {type: 'string', default: '50-74'},
    threads: {type: 'string', default: String(availableParallelism())},
    /** 200 anchors and 10 validation classes: a look at whether everything runs, not a measurement. */
    quick: {type: 'boolean', default: false},
  },
})

const root = resolve(import.meta.dirname, '..')
const results = join(root, 'bench', 'results')

await main()

async function main(): Promise<void> {
  const setting = await describeSetting()
  const file = join(results, `${String(setting.at).replaceAll(':', '')}.jsonl`)
  appendLine(file, setting)
  for (const experiment of await openExperiments()) await runRounds(experiment, Number(options.rounds), file)
  const summary = renderSummary(setting, readSamples(file).samples)
  writeFileSync(file.replace(/jsonl$/, 'md'), `${summary}\n`)
  console.log(summary)
}

async function openExperiments(): Promise<Experiment[]> {
  const scratch = join(results, 'scratch')
  mkdirSync(scratch, {recursive: true})
  const [only, threads, python] = [options.only.split(','), Number(options.threads), await openPython()]
  const classes = options.quick ? {train: '0-9', val: '50-59'} : {train: options.train, val: options.val}
  const files = {data: findInput(options.data, '--data'), weights: findInput(options.weights, '--weights')}
  const lab = {python, threads, scratch, ...classes, ...files}
  const experiments: Experiment[] = []
  for (const precision of ['float32', 'bfloat16'] as const) {
    if (only.includes(precision)) experiments.push(await labEpoch(lab, precision))
  }
  if (only.includes('neighbours')) experiments.push(await exactNeighbours({python, threads, scratch}))
  if (only.includes('metrics'))
    experiments.push(await syntheticMetrics({python, threads, scratch}), await cubMetrics(lab))
  if (only.includes('large')) experiments.push(...(await largeMetrics({python, threads, scratch})))
  if (only.includes('resnet50')) experiments.push(await rothEpoch(lab))
  return experiments
}

function findInput(path: string, option: string): string {
  const found = resolve(root, path)
  if (existsSync(found)) return found
  throw new Error(`${found} does not exist. Say with ${option} where it is.`)
}

/** A B C A B C …: what slows the machine for a while slows everybody. */
async function runRounds({name, contestants}: Experiment, rounds: number, file: string): Promise<void> {
  const wanted = contestants.filter((contestant) =>
    options.contestants.split(',').some((part) => contestant.name.includes(part)),
  )
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of wanted) {
      const at = new Date().toISOString()
      const figures = await contestant.run()
      appendLine(file, {experiment: name, contestant: contestant.name, round, at, figures} satisfies Sample)
      console.error(`${name}, round ${round} of ${rounds}: ${contestant.name} ${figures.command_s?.toFixed(1)} s`)
    }
  }
}

async function describeSetting(): Promise<Setting> {
  const {stdout: commit} = await execa('git', ['describe', '--always', '--dirty'], {cwd: root})
  return {
    at: new Date().toISOString().replace(/\.\d+/, ''),
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    threads: Number(options.threads),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit,
  }
}
