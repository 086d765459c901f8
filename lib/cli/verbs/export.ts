import {existsSync, statSync} from 'node:fs'
import {mkdtemp, rename, rm, stat} from 'node:fs/promises'
import {dirname, extname, join, relative, resolve} from 'node:path'
import {withEntries} from '../../pipeline/derived.ts'
import type {StageEntry} from '../../pipeline/pipeline-file.ts'
import {executeStage} from '../../pipeline/stage-by-hand.ts'
import {UserError} from '../../user-error.ts'
import {type FoundModel, findModel} from '../export/find-model.ts'
import {openConfig, type Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

export interface ExportOptions {
  readonly to: 'pytorch' | 'onnx'
  readonly out?: string
  readonly force: boolean
}

const extensions = {pytorch: '.safetensors', onnx: '.onnx'}

/** Writes the model of an epoch for other programs. */
export async function exportModel(
  project: Project,
  reference: string | undefined,
  options: ExportOptions,
  terminal: Terminal,
): Promise<number> {
  const model = findModel(project, reference)
  const target = resolve(options.out ?? `${model.name}${extensions[options.to]}`)
  checkTarget(target, options)
  // Beside the target, so that a rename is all that is left to do: nothing half written is ever there under its name.
  const folder = await mkdtemp(join(dirname(target), '.nearmiss-export-'))
  try {
    await rename(await write(project, model, options.to, folder), target)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
  const {run, epoch} = model.origin
  const what = run === undefined ? model.file : `epoch ${epoch} of run ${run}`
  terminal.print([`${relative(process.cwd(), target)}  ${formatBytes((await stat(target)).size)}  ${what}`])
  return 0
}

/** Everything that is wrong with where the file shall go. */
function checkTarget(target: string, {to, force}: ExportOptions): void {
  const problems: string[] = []
  const extension = extensions[to]
  if (extname(target) !== extension) problems.push(`--out ${target}: a file for ${to} is called *${extension}.`)
  if (!existsSync(dirname(target))) problems.push(`There is no folder ${dirname(target)}. Make it first: mkdir -p`)
  const there = statSync(target, {throwIfNoEntry: false})
  if (there?.isDirectory()) problems.push(`${target} is a folder. Name a file in it.`)
  else if (there !== undefined && !force) problems.push(`${target} exists. Give another --out, or --force.`)
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
}

/** By a stage, for it loads the engine; returns the file that it made in the folder. */
async function write(project: Project, model: FoundModel, to: ExportOptions['to'], folder: string): Promise<string> {
  const {config, catalogue} = await openConfig(project, {set: []})
  const stage = `export-${to}`
  const kind = to === 'onnx' ? 'onnx' : 'model'
  const values = {format: to, origin: model.origin}
  const entry: StageEntry = {in: {}, out: {network: kind}, params: [], with: values, keep: {}}
  const stop = new AbortController()
  const interrupt = () => stop.abort()
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  let problems: readonly string[] = []
  try {
    const {exitCode, files} = await executeStage({
      config: withEntries(config, {[stage]: entry}),
      catalogue,
      run: 'export',
      root: project.code,
      folder: project.root,
      artifacts: project.artifacts,
      stage,
      epochs: 0,
      inputs: {model: model.file},
      out: folder,
      noWait: false,
      onEvent: (event) => {
        if (event.kind === 'failed') problems = event.problems
      },
      signal: stop.signal,
      kill: stop.signal,
    })
    if (files.network !== undefined) return files.network
    const reason = stop.signal.aborted ? 'stopped' : `the stage ended with exit code ${exitCode}`
    throw new UserError(problems.length === 0 ? reason : problems.join('\n'))
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}
