import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {findRun, readRefs} from '../../pipeline/runs.ts'
import {findEntry} from '../../pipeline/store.ts'
import {findRunName} from '../current-run.ts'
import {loadHistory} from '../epochs/history.ts'
import {epochOf, stageOf} from '../progress/view.ts'
import type {Project} from '../project.ts'
import {formatRanges} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

/** One file to be shown. */
export interface Artifact {
  /** `mine-negatives@3.neighbours`, or the path of a loose file. */
  readonly name: string
  readonly file: string
  /** The run's table of images, which gives ids their class names. */
  readonly images?: string
  /** What the run learns by, as its parameters say. */
  readonly objective?: unknown
}

/** The files that a reference names; `dropped` ones are known, but a keep rule let their bytes go. */
export interface Artifacts {
  readonly files: readonly Artifact[]
  readonly dropped: readonly string[]
}

/** Finds what `mine-negatives@3`, `evaluate@best.queries`, `prepare-splits` or a path mean. Throws UsageError where that is nothing. */
export function findArtifacts(project: Project, reference: string, run: string | undefined): Artifacts {
  if (existsSync(reference) && statSync(reference).isFile())
    return {files: [{name: reference, file: reference}], dropped: []}
  const parsed = /^([\w-]+)(?:@(\d+|best|last))?(?:\.([\w-]+))?$/.exec(reference)
  if (parsed === null) throw new UsageError(`"${reference}" is neither a file nor an artifact. ${examples}`)
  const name = findRunName(project.artifacts, run)
  const refs = readRefs(project.artifacts, name)
  const node = findNode(project, name, refs, {stage: parsed[1]!, which: parsed[2]})
  const images = findImages(project, refs)
  const {files, dropped} = findFiles(project, node, refs[node]!, parsed[3])
  const known = {...(images !== undefined && {images}), objective: findRun(project.artifacts, name)?.params.objective}
  return {files: files.map((file) => ({...file, ...known})), dropped}
}

const examples = 'Examples: mine-negatives@3, mine-negatives@3.neighbours, evaluate@best, prepare-splits, a/file.arrow'

/** The node of a stage: at an epoch, at the best one, or, by default, at the last. */
function findNode(
  project: Project,
  run: string,
  refs: Readonly<Record<string, string>>,
  {stage, which}: {stage: string; which: string | undefined},
): string {
  const nodes = Object.keys(refs).filter((node) => stageOf(node) === stage)
  if (nodes.length === 0) {
    const stages = [...new Set(Object.keys(refs).map(stageOf))].join(', ') || 'nothing yet'
    throw new UsageError(`Run ${run} has no stage "${stage}". It has ${stages}. ${examples}`)
  }
  if (which === undefined || which === 'last')
    return nodes.sort((a, b) => (epochOf(a) ?? 0) - (epochOf(b) ?? 0)).at(-1)!
  const epoch = which === 'best' ? loadHistory(project.artifacts, run).epochs.find((row) => row.best)?.epoch : which
  if (nodes.includes(`${stage}@${epoch}`)) return `${stage}@${epoch}`
  if (nodes.includes(stage)) throw new UsageError(`${stage} is outside the loop: leave out @${which}.`)
  const epochs = formatRanges(nodes.map((node) => epochOf(node)!))
  const wanted =
    which === 'best' ? (epoch === undefined ? 'best epoch yet' : `best epoch (${epoch})`) : `epoch ${epoch}`
  throw new UsageError(`Run ${run} has no ${wanted} of ${stage}. It has ${epochs}.`)
}

function findFiles(project: Project, node: string, key: string, output: string | undefined): Artifacts {
  const entry = findEntry(project.artifacts, key)
  if (entry.state !== 'present') {
    const reason = entry.state === 'damaged' ? `is damaged: ${entry.reason}` : 'is not in the store any more'
    throw new UsageError(`${node} ${reason}. Compute it again: npx nearmiss run`)
  }
  const {outputs} = entry.manifest
  if (output !== undefined && !Object.hasOwn(outputs, output)) {
    throw new UsageError(`${node} has no output "${output}". It has ${Object.keys(outputs).join(', ')}.`)
  }
  const wanted = Object.keys(outputs).filter((name) => name === output || output === undefined)
  const there = wanted.filter((name) => !entry.dropped.includes(name))
  if (there.length === 0) {
    const names = wanted.join(', ')
    throw new UsageError(
      `The bytes of ${node} (${names}) were dropped by a keep rule. Make them again: ${remake(node)}`,
    )
  }
  return {
    files: there.map((name) => ({name: `${node}.${name}`, file: join(entry.folder, outputs[name]!.file)})),
    dropped: wanted.filter((name) => entry.dropped.includes(name)).map((name) => `${node}.${name}`),
  }
}

function remake(node: string): string {
  const epoch = epochOf(node)
  return `npx nearmiss stage ${stageOf(node)}${epoch === undefined ? '' : ` --epoch ${epoch}`} --out FOLDER`
}

function findImages(project: Project, refs: Readonly<Record<string, string>>): string | undefined {
  for (const [node, key] of Object.entries(refs)) {
    if (epochOf(node) !== undefined) continue
    const entry = findEntry(project.artifacts, key)
    if (entry.state !== 'present') continue
    const images = Object.values(entry.manifest.outputs).find(({kind}) => kind === 'images')
    if (images !== undefined) return join(entry.folder, images.file)
  }
  return undefined
}
