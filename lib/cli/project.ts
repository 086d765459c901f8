import {existsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {pathToFileURL} from 'node:url'
import type {z} from 'zod'
import type {Config} from '../pipeline/config.ts'
import type {Catalogue} from '../pipeline/stage.ts'
import type {Description, Kind} from './choices/description.ts'

/** Where a command works. */
export interface Project {
  /** Folder of pipeline.yaml: the nearest one upwards, else the package's own. */
  readonly root: string
  /** Folder of stages/: the project's own, else the package's. */
  readonly code: string
  /** Folder of store, runs and locks. */
  readonly artifacts: string
}

/** What a command line says about the configuration. */
export interface ConfigOptions {
  readonly preset?: string
  readonly set: readonly string[]
}

const packageRoot = resolve(import.meta.dirname, '../..')

/** Finds the project that a folder belongs to. */
export function findProject(folder: string): Project {
  const root = findUpwards(folder, 'pipeline.yaml') ?? packageRoot
  const code = existsSync(join(root, 'stages', 'catalogue.ts')) ? root : packageRoot
  return {root, code, artifacts: join(root, 'artifacts')}
}

/** Loads the project's stages and its checked configuration. Throws ConfigError with all problems at once. */
export async function openConfig(
  project: Project,
  options: ConfigOptions,
): Promise<{config: Config; catalogue: Catalogue}> {
  const {loadConfig} = await import('../pipeline/config.ts')
  // By path, not by import: a folder of lib/ must not know the stages (docs/decisions/folders.md).
  const {catalogue} = (await load(project, 'catalogue.ts')) as {catalogue: Catalogue}
  const {parameters} = (await load(project, 'parameters.ts')) as {parameters: z.ZodType}
  const pipelineFile = join(project.root, 'pipeline.yaml')
  return {
    config: loadConfig({pipelineFile, preset: options.preset, set: options.set, parameters, catalogue}),
    catalogue,
  }
}

/** What there is to choose from; a project whose stages do not say has the package's. */
export async function openDescriptions(
  project: Project,
): Promise<Readonly<Record<Kind, () => readonly Description[]>>> {
  const own = existsSync(join(project.code, 'stages', 'descriptions.ts'))
  const {descriptions} = (await load(own ? project : {...project, code: packageRoot}, 'descriptions.ts')) as {
    descriptions: Record<Kind, () => readonly Description[]>
  }
  return descriptions
}

function load(project: Project, file: string): Promise<unknown> {
  return import(pathToFileURL(join(project.code, 'stages', file)).href)
}

function findUpwards(folder: string, name: string): string | undefined {
  if (existsSync(join(folder, name))) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : findUpwards(parent, name)
}
