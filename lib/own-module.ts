import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import {UserError} from './user-error.ts'

/** A file of the user's in place of one of the project's names: a path from the folder of pipeline.yaml. */
export type OwnModule = `./${string}` | `../${string}`

export function isOwnModule(name: string): name is OwnModule {
  return /^\.{1,2}\//.test(name)
}

/** What a user's file is for, as its errors tell. */
export interface Purpose {
  /** `objective.loss` */
  readonly parameter: string
  /** Heading of docs/extending.md. */
  readonly heading: string
  /** Functions that it must export. */
  readonly exports: readonly string[]
}

/**
 * Loads a user's file. Nothing checks its types, so what it must export is looked for here: throws UserError when there is no such file,
 * when it cannot be loaded, and when an export is missing or no function.
 */
export async function loadOwnModule<Module>(path: OwnModule, {parameter, heading, exports}: Purpose): Promise<Module> {
  const folder = projectFolder()
  const page = `See docs/extending.md#${heading}.`
  const file = resolve(folder, path)
  if (!existsSync(file)) throw new UserError(`${parameter} is ${path}, and ${folder} has no such file. ${page}`)
  let module: Readonly<Record<string, unknown>>
  try {
    module = await import(pathToFileURL(file).href)
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}${placeIn(file, error)}` : String(error)
    throw new UserError(`${parameter} is ${path}, which cannot be loaded: ${reason}. ${page}`, {cause: error})
  }
  const missing = exports.filter((name) => typeof module[name] !== 'function')
  if (missing.length === 0) return module as Module
  const there = Object.keys(module).map((name) => `${name} (${typeof module[name]})`)
  throw new UserError(
    `${parameter} is ${path}, which must export ${missing.map((name) => `a function ${name}`).join(' and ')}; ` +
      `it exports ${there.join(', ') || 'nothing'}. ${page}`,
  )
}

/** ` (line 3)`, where the error comes from the file or what it called. */
function placeIn(file: string, {stack = ''}: Error): string {
  const behind = stack.split(file)[1]
  const line = /^(?:\?[^:)]*)?:(\d+):\d+/.exec(behind ?? '')?.[1]
  return line === undefined ? '' : ` (line ${line})`
}

/** Says what is wrong with something that a user's file made. */
export function ownModuleError(path: string, {parameter, heading}: Purpose, problem: string): UserError {
  return new UserError(`${parameter} is ${path}, ${problem}. See docs/extending.md#${heading}.`)
}

/** The nearest folder upwards that has a pipeline.yaml (stages run in it), else the package's own. */
function projectFolder(from = process.cwd()): string {
  if (existsSync(join(from, 'pipeline.yaml'))) return from
  return dirname(from) === from ? resolve(import.meta.dirname, '..') : projectFolder(dirname(from))
}
