import {mkdtempSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {figuresOfMemory, type LabEpochOptions} from './lab-epoch.ts'
import {measure} from './measure.ts'
import {makeProjectFolder, nearmiss, readEpochs} from './project-folder.ts'
import {peerScript} from './python.ts'
import type {Contestant, Experiment} from './samples.ts'

type Options = Pick<LabEpochOptions, 'python' | 'data' | 'threads' | 'scratch'>

/** What the preset leaves to training of the 75 classes that are in our data, and the batches its sampler makes of them. */
const trained = {classes: '0-29', steps: 15}

/**
 * An epoch of training of roth-cub-margin-distance (ResNet50, batches of 112, random weights), whole and in chunks, beside PyTorch. Times are
 * those of training alone; memory is the whole command's, in which nothing else comes near.
 */
export async function rothEpoch(options: Options): Promise<Experiment> {
  const untrained = makeProjectFolder(join(options.scratch, 'roth-untrained'))
  await measure(nearmiss(untrained, options.threads, [...runArguments(options, []), '--epochs', '0']))
  const artifacts = join(untrained, 'artifacts')
  return {
    name: `ResNet50, ${trained.steps} batches of 112`,
    contestants: [
      ours('nearmiss', artifacts, options, []),
      ours('nearmiss, chunks of 28', artifacts, options, ['optimizer.chunk=28']),
      ...['plain', 'tuned', 'malloc'].map((row) => torch(row, options)),
    ],
  }
}

function runArguments({data}: Options, sets: readonly string[]): string[] {
  const all = [`data.root=${data}`, 'model.weights=random', ...sets]
  return [
    'run',
    '--json',
    '--run',
    'bench',
    '--preset',
    'roth-cub-margin-distance',
    ...all.flatMap((set) => ['--set', set]),
  ]
}

function ours(name: string, untrained: string, options: Options, sets: readonly string[]): Contestant {
  return {
    name,
    run: async () => {
      const folder = makeProjectFolder(mkdtempSync(join(options.scratch, 'roth-')), untrained)
      // Frozen at its first epoch, the run of the untrained artifacts knows no chunks.
      rmSync(join(folder, 'artifacts', 'runs', 'bench'), {recursive: true})
      try {
        const args = [...runArguments(options, sets), '--epochs', '1']
        const {seconds, memory, lines} = await measure(nearmiss(folder, options.threads, args))
        const training = lines.find(({kind, node}) => kind === 'committed' && node === 'train-epoch@1')!
        const {images} = training.facts as {readonly images: number}
        const {loss} = (await readEpochs(folder, 'bench')).at(-1)!
        const train = training.seconds as number
        return {
          train_s: train,
          train_images_per_s: images / train,
          loss: loss ?? Number.NaN,
          command_s: seconds,
          ...figuresOfMemory(memory),
        }
      } finally {
        rmSync(folder, {recursive: true})
      }
    },
  }
}

function torch(row: string, {python, data, threads}: Options): Contestant {
  return {
    name: `PyTorch ${row}`,
    run: async () => {
      const flags = {root: data, row, threads: String(threads), classes: trained.classes, steps: String(trained.steps)}
      const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
      const env = {OMP_NUM_THREADS: String(threads)}
      const command = {file: python, args: [peerScript('roth_epoch.py'), ...args], env}
      const {seconds, memory, lines} = await measure(command)
      const {train_s, train_images_per_s, loss} = lines.at(-1) as Record<string, number>
      return {
        train_s: train_s!,
        train_images_per_s: train_images_per_s!,
        loss: loss!,
        command_s: seconds,
        ...figuresOfMemory(memory),
      }
    },
  }
}
