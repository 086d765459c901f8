import {mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {type Command, measure} from './measure.ts'
import type {PeakMemory} from './memory.ts'
import {makeProjectFolder, nearmiss, readEpochs} from './project-folder.ts'
import {peerScript} from './python.ts'
import type {Contestant, Experiment, Sample} from './samples.ts'

export interface LabEpochOptions {
  readonly python: string
  /** The CUB_200_2011 folder and torchvision's ResNet18 weights. */
  readonly data: string
  readonly weights: string
  /** Ranges of classes, `0-49`. */
  readonly train: string
  readonly val: string
  readonly threads: number
  /** Folder for our artifacts. */
  readonly scratch: string
}

type Precision = 'float32' | 'bfloat16'

/** One epoch of the lab (mine, train, validate): ours against three rows of PyTorch. Prepares our untrained epoch first. */
export async function labEpoch(options: LabEpochOptions, precision: Precision): Promise<Experiment> {
  const untrained = await prepareUntrained(options)
  return {
    name: `lab epoch, ${precision}`,
    contestants: [
      ours('nearmiss', untrained, options, precision, []),
      ours('nearmiss, every image backward', untrained, options, precision, ['optimizer.skip_zero_loss=false']),
      ...['lab', 'tuned', 'malloc'].map((row) => torch(row, options, precision)),
    ],
  }
}

/** Artifacts of a run with splits, imported weights and epoch 0: what an epoch starts from, so not part of its time. */
export async function prepareUntrained(options: LabEpochOptions): Promise<string> {
  const folder = makeProjectFolder(join(options.scratch, 'untrained'))
  await measure(nearmiss(folder, options.threads, [...runArguments('untrained', options, []), '--epochs', '0']))
  return join(folder, 'artifacts')
}

function runArguments(run: string, options: LabEpochOptions, sets: readonly string[]): string[] {
  const {data, weights, train, val} = options
  const all = [`data.root=${data}`, `model.weights=${weights}`, `data.train=${train}`, `data.val=${val}`, ...sets]
  return ['run', '--json', '--run', run, '--preset', 'lab-cub', ...all.flatMap((set) => ['--set', set])]
}

function ours(
  name: string,
  untrained: string,
  options: LabEpochOptions,
  precision: Precision,
  sets: readonly string[],
): Contestant {
  return {
    name,
    run: async () => {
      const folder = makeProjectFolder(mkdtempSync(join(options.scratch, 'epoch-')), untrained)
      try {
        const args = [...runArguments('bench', options, [`precision=${precision}`, ...sets]), '--epochs', '1']
        const {seconds, memory, lines} = await measure(nearmiss(folder, options.threads, args))
        const learnt = await figuresOfRun(folder, 'bench')
        return {...figuresOfEvents(lines), ...learnt, command_s: seconds, ...figuresOfMemory(memory)}
      } finally {
        rmSync(folder, {recursive: true})
      }
    },
  }
}

type Line = Readonly<Record<string, unknown>>

/** Stages of ours by what the lab calls them. A stage's time runs from the start of its process to its commit. */
function figuresOfEvents(events: readonly Line[]): Sample['figures'] {
  const stage = (node: string) => {
    const event = events.find(({kind, node: other}) => kind === 'committed' && other === node)
    if (event === undefined)
      throw new Error(`No stage ${node} was committed; it ran: ${events.map(({node: name}) => name)}`)
    return {seconds: event.seconds as number, facts: event.facts as Record<string, number>}
  }
  const [extract, mine] = [stage('extract-train@1'), stage('mine-negatives@1')]
  const [train, validate, evaluate] = [stage('train-epoch@1'), stage('extract-val@1'), stage('evaluate@1')]
  const seconds = {
    mine_s: extract.seconds + mine.seconds,
    train_s: train.seconds,
    validate_s: validate.seconds + evaluate.seconds,
  }
  return {
    ...seconds,
    total_s: seconds.mine_s + seconds.train_s + seconds.validate_s,
    mine_images_per_s: extract.facts.images! / seconds.mine_s,
    train_images_per_s: train.facts.images! / seconds.train_s,
    validate_images_per_s: validate.facts.images! / seconds.validate_s,
  }
}

async function figuresOfRun(folder: string, run: string): Promise<Sample['figures']> {
  const {metrics, loss, active_fraction} = (await readEpochs(folder, run)).at(-1)!
  return {
    precision_at_1: metrics.precision_at_1,
    loss: loss ?? Number.NaN,
    active_fraction: active_fraction ?? Number.NaN,
  }
}

function torch(row: string, options: LabEpochOptions, precision: Precision): Contestant {
  return {
    name: `PyTorch ${row}`,
    run: async () => {
      const {seconds, memory, lines} = await measure(torchCommand(row, options, precision))
      const figures = Object.entries(lines.at(-1)!).flatMap(([key, value]) =>
        typeof value === 'number' ? [[key, value]] : [],
      )
      return {...Object.fromEntries(figures), command_s: seconds, ...figuresOfMemory(memory)}
    },
  }
}

function torchCommand(row: string, options: LabEpochOptions, precision: Precision): Command {
  const {python, data, weights, train, val, threads} = options
  const flags = {root: data, weights, row, precision, train, val, threads: String(threads)}
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
  return {file: python, args: [peerScript('lab_epoch.py'), ...args], env: {OMP_NUM_THREADS: String(threads)}}
}

/** Names of the sampler's numbers in a sample. */
export function figuresOfMemory({pssMb, rssMb, anonymousMb}: PeakMemory): Sample['figures'] {
  return {peak_pss_mb: pssMb, peak_rss_mb: rssMb, peak_anonymous_mb: anonymousMb}
}
