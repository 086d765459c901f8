// npx tsx bench/reality-check.ts [--epochs 3] [--losses arcface,triplet]: every loss of "A Metric Learning Reality Check", with its published
// settings, on the embedded default: from random weights and from the default's epoch 3. Prints markdown. Killed and started again it goes on.
import {existsSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {type EpochStatus, makeProjectFolder, nearmiss, readEpochs} from './project-folder.ts'
import {type PublishedOptimum, publishedOptima} from './published-optima.ts'

/** How one loss fared at one learning rate of the network. */
interface Trial {
  readonly rate: number
  readonly epochs: readonly EpochStatus[]
}

const root = resolve(import.meta.dirname, '..')
const warmStart = 'demo@3'

const {values: options} = parseArgs({
  options: {
    epochs: {type: 'string', default: '3'},
    /** Of the network: after one the next is tried while a warm start did not improve. The original has 1e-6 (RMSprop) beside the weights' own. */
    rates: {type: 'string', default: '1e-3,3e-4,1e-4,3e-5,1e-5'},
    losses: {type: 'string', default: publishedOptima.map(({name}) => name).join()},
    threads: {type: 'string', default: '2'},
  },
})

await main()

async function main(): Promise<void> {
  const folder = join(root, 'bench', 'results', 'scratch', 'reality-check')
  if (!existsSync(join(folder, 'pipeline.yaml'))) makeProjectFolder(folder)
  const rates = options.rates.split(',').map(Number)
  const chosen = options.losses.split(',').map(findOptimum)
  await run(folder, 'demo', 3, [])
  const cold = new Map<string, readonly Trial[]>()
  const warm = new Map<string, readonly Trial[]>()
  for (const optimum of chosen) {
    cold.set(optimum.name, [await train(folder, optimum, rates[0]!, 'random')])
    const trials: Trial[] = []
    for (const rate of rates) {
      if (trials.some(hasImproved)) break
      trials.push(await train(folder, optimum, rate, 'warm'))
    }
    warm.set(optimum.name, trials)
  }
  console.log(render('From random weights', cold))
  console.log(render(`From ${warmStart}`, warm))
  const improved = [...warm.values()].filter((trials) => trials.some(hasImproved)).length
  console.log(`From the warm start ${improved} of ${chosen.length} improve in validation MAP@R.`)
}

function findOptimum(name: string): PublishedOptimum {
  const found = publishedOptima.find((optimum) => optimum.name === name)
  if (found !== undefined) return found
  throw new Error(`--losses ${name}: there are ${publishedOptima.map((optimum) => optimum.name).join(', ')}`)
}

/** The batches, the optimiser and its schedule stay the default's; weights of the loss have their published rate and no decay. */
async function train(
  folder: string,
  {name, objective, weightRate}: PublishedOptimum,
  rate: number,
  start: 'random' | 'warm',
): Promise<Trial> {
  const groups = weightRate === undefined ? [] : [{match: '^loss[.]', lr: weightRate, weight_decay: 0}]
  const optimizer = {name: 'adamw', lr: rate, weight_decay: 0.01, groups}
  const changes = [`objective=${JSON.stringify(objective)}`, `optimizer=${JSON.stringify(optimizer)}`]
  const from = start === 'warm' ? ['--from', warmStart] : []
  const runName = `${name}-${start}-${rate}`
  await run(folder, runName, Number(options.epochs), [...changes.flatMap((one) => ['--set', one]), ...from])
  return {rate, epochs: await readEpochs(folder, runName)}
}

async function run(folder: string, name: string, epochs: number, more: readonly string[]): Promise<void> {
  const data = ['--set', `data.root=${join(root, 'data', 'emoji')}`]
  const words = ['run', '--run', name, '--epochs', String(epochs), ...data, ...more]
  const {file, args, ...rest} = nearmiss(folder, Number(options.threads), words)
  await execa(file, args, {...rest, stdio: ['ignore', 'ignore', 'inherit']})
  console.error(`${name}: ${epochs} epochs`)
}

function hasImproved({epochs: [start, ...later]}: Trial): boolean {
  return later.some(({metrics}) => metrics.map_at_r > start!.metrics.map_at_r)
}

function render(title: string, results: ReadonlyMap<string, readonly Trial[]>): string {
  const header = ['loss', 'rate', 'precision@1: start', 'best', 'MAP@R: start', 'best', 's an epoch']
  const rows = [...results].flatMap(([name, trials]) => trials.map((trial) => [name, ...describe(trial)]))
  const table = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return [`### ${title}`, '', ...table, ''].join('\n')
}

function describe({rate, epochs: [start, ...later]}: Trial): string[] {
  const pair = (metric: keyof EpochStatus['metrics']) => [
    start!.metrics[metric].toFixed(4),
    Math.max(...later.map(({metrics}) => metrics[metric])).toFixed(4),
  ]
  const seconds = later.map((epoch) => epoch.seconds ?? Number.NaN)
  const mean = seconds.reduce((sum, one) => sum + one, 0) / seconds.length
  return [String(rate), ...pair('precision_at_1'), ...pair('map_at_r'), mean.toFixed(1)]
}
