import {existsSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import type {EpochHistory} from '../epochs/row.ts'
import {stageOf} from '../progress/view.ts'
import type {Project} from '../project.ts'
import {listStored, type StoredNode} from '../report/artifacts.ts'
import {formatRanges} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

/** A model in a file. */
export interface FoundModel {
  readonly file: string
  /** What a file made from it is called without extension: `demo-epoch3`. */
  readonly name: string
  /** Told in the file made from it. */
  readonly origin: Readonly<Record<string, string | number>>
}

const extension = '.safetensors'

/**
 * The model that `demo` (its best epoch by validation), `demo@3`, `demo@last`, or a file of a checkpoint means; without a reference the
 * default run's. Throws UsageError where there is none.
 */
export function findModel(project: Project, reference: string | undefined): FoundModel {
  if (reference?.endsWith(extension)) return looseModel(reference)
  if (reference !== undefined && isOtherFile(reference)) {
    throw new UsageError(
      `"${reference}" is no model of this project, which end in ${extension}. ` +
        `Weights of others first become the start of a run: --set model.weights=${reference} (npx nearmiss weights ${reference})`,
    )
  }
  const [, named, which = 'best'] = /^([^@]+)(?:@(\d+|best|last))?$/.exec(reference ?? '') ?? []
  if (reference !== undefined && named === undefined) {
    throw new UsageError(`"${reference}" is no epoch of a run. Examples: demo, demo@3, demo@best, demo@last`)
  }
  const run = findRunName(project.artifacts, named)
  const models = listStored(project.artifacts, run).filter((node) => modelOf(node) !== undefined)
  const history = loadHistory(project.artifacts, run)
  const epoch = findEpoch(history, which, models)
  const node = models.find((model) => epochIn(model) === epoch)
  if (node === undefined) {
    const known = models.length === 0 ? 'none yet' : formatRanges(models.map(epochIn))
    throw new UsageError(`Run ${run} has no model of epoch ${epoch}. It has ${known}.`)
  }
  const file = node.files.model
  if (file === undefined) throw new UsageError(describeDropped(run, node, models))
  const chosen = which === 'best' && history.chosenOnTest ? {chosen_on: 'the test classes'} : {}
  return {file, name: `${run}-epoch${epoch}`, origin: {run, epoch, key: node.key, ...chosen}}
}

function looseModel(path: string): FoundModel {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`There is no file "${path}".`)
  return {file: path, name: basename(path, extension), origin: {file: basename(path)}}
}

/** Rather a path than a run: no run's name has a slash, few end so. */
function isOtherFile(reference: string): boolean {
  return reference.includes('/') || (/\.(pth|pt|ckpt|tar|onnx|bin|h5)$/.test(reference) && existsSync(reference))
}

function modelOf({manifest}: StoredNode) {
  return Object.values(manifest.outputs).find(({kind}) => kind === 'model')
}

/** What comes before the loop is epoch 0. */
function epochIn({epoch}: StoredNode): number {
  return epoch ?? 0
}

function findEpoch({run, epochs}: EpochHistory, which: string, models: readonly StoredNode[]): number {
  if (which === 'last') return Math.max(0, ...models.map(epochIn))
  if (which !== 'best') return Number(which)
  const best = epochs.find((row) => row.best)
  if (best !== undefined) return best.epoch
  throw new UsageError(`Run ${run} has no measured epoch, so none is the best. Name one: ${run}@last, ${run}@0`)
}

/** Which other epochs are there, and how to compute this one again. */
function describeDropped(run: string, {node, epoch}: StoredNode, models: readonly StoredNode[]): string {
  const there = models.filter(({files}) => files.model !== undefined).map(epochIn)
  const command = `npx nearmiss stage ${stageOf(node)} --run ${run}${epoch === undefined ? '' : ` --epoch ${epoch}`} --out FOLDER`
  return [
    `The model of epoch ${epoch ?? 0} of run ${run} was let go by a keep rule of pipeline.yaml.`,
    there.length === 0 ? 'No other epoch has one.' : `Epochs that have one: ${formatRanges(there)}.`,
    `Compute it again, with the run's --preset and --set: ${command}`,
    'Then: npx nearmiss export FOLDER/model.safetensors',
  ].join('\n')
}
