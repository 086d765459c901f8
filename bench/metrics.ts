import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {figuresOfMemory, type LabEpochOptions, prepareUntrained} from './lab-epoch.ts'
import {measure} from './measure.ts'
import {makeProjectFolder, nearmiss} from './project-folder.ts'
import {peerScript} from './python.ts'
import type {Contestant, Experiment, Sample} from './samples.ts'

/** Descriptors that both sides measure. */
interface Tables {
  readonly descriptors: string
  readonly images: string
  readonly split: string
}

type Options = Pick<LabEpochOptions, 'python' | 'threads' | 'scratch'>

const first = ['precision_at_1', 'r_precision', 'map_at_r']
const whole = [...first, 'mean_average_precision', 'mean_reciprocal_rank']

/** Metrics of the first R neighbours of 60,000 x 512: our stage evaluate against AccuracyCalculator with faiss. */
export async function syntheticMetrics(options: Options): Promise<Experiment> {
  const folder = join(options.scratch, 'synthetic-hard')
  // So much noise that every other nearest image is of another class, as in real sets.
  const args = [peerScript('synthetic.py'), '--out', folder, '--noise', '1.2']
  if (!existsSync(join(folder, 'descriptors.arrow'))) await measure({file: options.python, args})
  const tables = {
    descriptors: join(folder, 'descriptors.arrow'),
    images: join(folder, 'images.arrow'),
    split: 'train',
  }
  return {
    name: 'metrics of 60,000 x 512',
    contestants: [
      ours('nearmiss', first, tables, options),
      ours('nearmiss with intervals', first, tables, options, '{}'),
      pml('pytorch-metric-learning', [], tables, options),
    ],
  }
}

/** How large a set may be: Stanford Online Products whole, and a million. Ours alone; the second takes more than an hour. */
export async function largeMetrics(options: Options): Promise<Experiment[]> {
  const sizes = [
    {images: 120_053, classes: 22_634, dim: 512},
    {images: 1_000_000, classes: 100_000, dim: 128},
  ]
  const experiments: Experiment[] = []
  for (const {images, classes, dim} of sizes) {
    const folder = join(options.scratch, `synthetic-${images}`)
    const counts = ['--images', images, '--classes', classes, '--dim', dim, '--noise', '1.2'].map(String)
    if (!existsSync(join(folder, 'descriptors.arrow')))
      await measure({file: options.python, args: [peerScript('synthetic.py'), '--out', folder, ...counts]})
    const tables = {
      descriptors: join(folder, 'descriptors.arrow'),
      images: join(folder, 'images.arrow'),
      split: 'train',
    }
    experiments.push({
      name: `metrics of ${images.toLocaleString('en-US')} x ${dim}`,
      contestants: [ours('nearmiss', first, tables, options), ours('nearmiss, whole ranking', whole, tables, options)],
    })
  }
  return experiments
}

/** Metrics of the first R and of the whole ranking of real descriptors: CUB's validation classes, untrained. */
export async function cubMetrics(options: LabEpochOptions): Promise<Experiment> {
  const artifacts = await prepareUntrained(options)
  const find = (node: string, file: string) => {
    const refs = JSON.parse(readFileSync(join(artifacts, 'runs', 'untrained', 'refs.json'), 'utf8'))
    const key = (refs as Record<string, string>)[node]!
    return join(artifacts, 'store', key.slice(0, 2), key, file)
  }
  const tables = {
    descriptors: find('extract-val@0', 'descriptors.arrow'),
    images: find('prepare-splits', 'images.arrow'),
    split: 'val',
  }
  return {
    name: 'metrics of CUB, validation classes',
    contestants: [
      ours('nearmiss', whole, tables, options),
      ours('nearmiss with intervals', whole, tables, options, '{}'),
      pml('pytorch-metric-learning', ['--all'], tables, options),
    ],
  }
}

function ours(
  name: string,
  metrics: readonly string[],
  {descriptors, images, split}: Tables,
  options: Options,
  bootstrap = 'null',
): Contestant {
  const folder = join(options.scratch, 'evaluate')
  const out = join(folder, 'out')
  const inputs = ['--in', `descriptors=${descriptors}`, '--in', `images=${images}`, '--split', split, '--out', out]
  const sets = [`metrics={names: [${metrics}], bootstrap: ${bootstrap}}`].flatMap((set) => ['--set', set])
  const stage = ['stage', 'evaluate', '--preset', 'lab-cub', ...inputs, ...sets, '--json']
  return {
    name,
    run: async () => {
      makeProjectFolder(folder)
      const {seconds, memory, lines} = await measure(nearmiss(folder, options.threads, stage))
      const facts = lines.find(({kind}) => kind === 'committed')!.facts as {measure_seconds: number}
      const {metrics} = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as {metrics: Sample['figures']}
      return {...metrics, evaluate_s: facts.measure_seconds, command_s: seconds, ...figuresOfMemory(memory)}
    },
  }
}

function pml(name: string, flags: readonly string[], {descriptors, images}: Tables, options: Options): Contestant {
  const threads = String(options.threads)
  const tables = ['--descriptors', descriptors, '--images', images]
  const args = [peerScript('pml_metrics.py'), ...tables, '--threads', threads, ...flags]
  return {
    name,
    run: async () => {
      const {seconds, memory, lines} = await measure({file: options.python, args, env: {OMP_NUM_THREADS: threads}})
      const figures = lines.at(-1) as Sample['figures']
      return {...figures, command_s: seconds, ...figuresOfMemory(memory)}
    },
  }
}
