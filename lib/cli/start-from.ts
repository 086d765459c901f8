import {copyFileSync, existsSync, linkSync, mkdirSync, renameSync} from 'node:fs'
import {basename, dirname, join, relative} from 'node:path'
import type {Project} from './project.ts'
import {findArtifacts} from './show/artifact.ts'
import {UsageError} from './usage-error.ts'

/**
 * The parameter by which a run begins with the model that another one had after an epoch: `demo@3`, `demo@best`, `demo@0` for its
 * untrained model. Only the model: optimiser and weights of the loss begin anew. Throws UsageError where there is no such model.
 */
export function startFrom(project: Project, reference: string, set: readonly string[]): string {
  const given = set.find((change) => change.startsWith('model.weights='))
  if (given !== undefined) {
    throw new UsageError(`--from ${reference} and --set ${given} both say where to start: leave one of them out.`)
  }
  const [, run, which] = /^([^@]+)@(\d+|best|last)$/.exec(reference) ?? []
  if (run === undefined) {
    throw new UsageError(`--from ${reference}: say which epoch of which run, as demo@3, demo@best or demo@last.`)
  }
  const stage = which === '0' ? 'initialize-model' : `train-epoch@${which}`
  const {file} = findArtifacts(project, `${stage}.model`, run).files[0]!
  const key = basename(dirname(file))
  const start = join(project.artifacts, 'starts', `${reference}-${key.slice(0, 12)}.safetensors`)
  if (!existsSync(start)) secondName(file, start)
  return `model.weights=${relative(project.root, start)}`
}

/** Keep rules of the other run may let go of its file: a name of our own keeps the bytes without copying them, where links are known. */
function secondName(file: string, name: string): void {
  mkdirSync(dirname(name), {recursive: true})
  try {
    linkSync(file, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return // another command was as fast
    const half = `${name}.${process.pid}`
    copyFileSync(file, half)
    renameSync(half, name)
  }
}
