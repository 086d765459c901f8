// npx tsx bench/same-epoch.ts: an epoch of the lab, and the very same pictures in the same batches through PyTorch. Are losses and weights the same?
import {closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {openLoader} from '../lib/data/loader.ts'
import type {Transforms} from '../lib/data/transforms/parameters.ts'
import {readBatches} from '../lib/tables/batches.ts'
import {readImages} from '../lib/tables/images.ts'
import {readSteps} from '../lib/tables/steps.ts'
import {plannedSteps} from '../stages/train-epoch/planned-steps.ts'
import {artifactOf, makeProjectFolder, nearmiss} from './project-folder.ts'
import {openPython, peerScript} from './python.ts'

const root = resolve(import.meta.dirname, '..')
const run = 'same-epoch'

const {values: options} = parseArgs({
  options: {
    data: {type: 'string', default: '../shared/data/CUB_200_2011'},
    weights: {type: 'string', default: '../shared/weights/resnet18-imagenet.pth'},
    train: {type: 'string', default: '0-49'},
    val: {type: 'string', default: '50-74'},
    threads: {type: 'string', default: '2'},
  },
})

await main()

async function main(): Promise<void> {
  const python = await openPython()
  const weights = resolve(root, options.weights)
  const artifacts = await trainOurs(weights)
  const folder = join(artifacts, '..', 'pictures')
  mkdirSync(folder)
  await writePlan(artifacts, folder)
  const model = artifactOf(artifacts, run, 'train-epoch@1', 'model.safetensors')
  const flags = {weights, ours: model, folder, threads: options.threads}
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
  await execa(python, [peerScript('same_epoch.py'), ...args], {stdio: 'inherit'})
}

async function trainOurs(weights: string): Promise<string> {
  const project = makeProjectFolder(join(root, 'bench', 'results', 'scratch', 'same-epoch'))
  const values = {
    'data.root': resolve(root, options.data),
    'data.train': options.train,
    'data.val': options.val,
    'model.weights': weights,
  }
  const sets = Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const words = ['run', '--run', run, '--preset', 'lab-cub', ...sets, '--epochs', '1']
  const {file, args, ...rest} = nearmiss(project, Number(options.threads), words)
  await execa(file, args, {...rest, stdio: 'inherit'})
  return join(project, 'artifacts')
}

/** The epoch's batches as the network saw them (bytes, RGB, one after another), the slots of every triplet, and the losses of ours. */
async function writePlan(artifacts: string, folder: string): Promise<void> {
  const images = await readImages(artifactOf(artifacts, run, 'prepare-splits', 'images.arrow'))
  const batches = await readBatches(artifactOf(artifacts, run, 'mine-negatives@1', 'batches.arrow'))
  const {steps, sources} = plannedSteps(batches, images)
  const {loss} = await readSteps(artifactOf(artifacts, run, 'train-epoch@1', 'steps.arrow'))
  const loader = openLoader({...sources, transforms: transformsOf(artifacts)})
  const file = openSync(join(folder, 'pixels.bin'), 'w')
  const plan: object[] = []
  for await (const {index, batch, release} of loader.batches(steps)) {
    writeSync(file, batch.pixels)
    release()
    const {lr, role, pictures, labels} = steps[index]!
    const rows = labels.length
    const slots = (name: string) => Array.from({length: rows}, (_, row) => row).filter((row) => role[row] === name)
    plan.push({
      lr,
      loss: loss[index],
      size: batch.height,
      pictures: Array.from(pictures ?? labels.keys()),
      anchors: slots('anchor'),
      positives: slots('positive'),
      negatives: slots('negative'),
    })
  }
  closeSync(file)
  await loader.close()
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
}

function transformsOf(artifacts: string): Transforms {
  const record = JSON.parse(readFileSync(join(artifacts, 'runs', run, 'run.json'), 'utf8'))
  return record.params.image.train as Transforms
}
