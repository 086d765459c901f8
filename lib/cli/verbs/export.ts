import {existsSync, statSync} from 'node:fs'
import {mkdtemp, readdir, rename, rm, stat} from 'node:fs/promises'
import {dirname, extname, join, relative, resolve} from 'node:path'
import {type FoundModel, findModel} from '../export/find-model.ts'
import {runLooseStage} from '../loose-stage.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'
import {UsageError} from '../usage-error.ts'

export interface ExportOptions {
  readonly to: 'pytorch' | 'onnx' | 'tfjs'
  readonly out?: string
  readonly force: boolean
}

/** Names of files for a program, the usual one first, and the format of each (stages/catalogue.ts has a stage for every format). */
const formats: Readonly<Record<ExportOptions['to'], Readonly<Record<string, string>>>> = {
  pytorch: {'.safetensors': 'safetensors', '.pth': 'torch', '.pt': 'torch'},
  onnx: {'.onnx': 'onnx'},
  tfjs: {'.tfjs': 'tfjs'},
}

/** Writes the model of an epoch for other programs. */
export async function exportModel(
  project: Project,
  reference: string | undefined,
  options: ExportOptions,
  terminal: Terminal,
): Promise<number> {
  const model = findModel(project, reference)
  const target = resolve(options.out ?? `${model.name}${Object.keys(formats[options.to])[0]}`)
  checkTarget(target, options)
  // Beside the target, so that a rename is all that is left to do: nothing half written is ever there under its name.
  const folder = await mkdtemp(join(dirname(target), '.nearmiss-export-'))
  try {
    const made = await write(project, model, formats[options.to][extname(target)]!, folder)
    if (options.to === 'tfjs') await rm(target, {recursive: true, force: true})
    await rename(made, target)
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
  const {run, epoch, chosen_on: chosenOn} = model.origin
  const chosen = chosenOn === undefined ? '' : `, chosen on ${chosenOn}`
  const what = run === undefined ? model.file : `epoch ${epoch} of run ${run}${chosen}`
  terminal.print([`${relative(process.cwd(), target)}  ${formatBytes(await sizeOf(target))}  ${what}`])
  return 0
}

async function sizeOf(target: string): Promise<number> {
  const stats = await stat(target)
  if (!stats.isDirectory()) return stats.size
  const sizes = await Promise.all((await readdir(target)).map(async (name) => (await stat(join(target, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Everything that is wrong with where the file shall go. */
function checkTarget(target: string, {to, force}: ExportOptions): void {
  const problems: string[] = []
  const extensions = Object.keys(formats[to])
  const what = to === 'tfjs' ? 'folder' : 'file'
  if (!extensions.includes(extname(target)))
    problems.push(`--out ${target}: a ${what} for ${to} is called *${extensions.join(' or *')}.`)
  if (!existsSync(dirname(target))) problems.push(`There is no folder ${dirname(target)}. Make it first: mkdir -p`)
  const there = statSync(target, {throwIfNoEntry: false})
  if (there?.isDirectory() && to !== 'tfjs') problems.push(`${target} is a folder. Name a file in it.`)
  // A folder is only ever replaced by force where it is one of ours.
  else if (there !== undefined && to === 'tfjs' && !existsSync(join(target, 'model.json')))
    problems.push(`${target} exists and is no exported model. Give another --out.`)
  else if (there !== undefined && !force) problems.push(`${target} exists. Give another --out, or --force.`)
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
}

/** Returns the file that the format's stage made in the folder. */
async function write(project: Project, model: FoundModel, format: string, folder: string): Promise<string> {
  const files = await runLooseStage(project, {
    stage: `export-${format}`,
    values: {format, origin: model.origin},
    inputs: {model: model.file},
    folder,
  })
  return files.network!
}
