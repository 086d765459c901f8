import {cpSync, existsSync, mkdirSync, rmSync, symlinkSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {execa} from 'execa'
import {readRefs} from '../lib/pipeline/runs.ts'
import {findEntry} from '../lib/pipeline/store.ts'
import type {Command} from './measure.ts'

/** What `nearmiss status --json` says of an epoch; loss and active fraction are null before epoch 1. */
export interface EpochStatus {
  readonly epoch: number
  readonly metrics: {readonly precision_at_1: number; readonly map_at_r: number}
  readonly loss?: number | null
  readonly active_fraction?: number | null
  /** Of all its stages together. */
  readonly seconds?: number
}

const root = resolve(import.meta.dirname, '..')

/** A folder with this project's pipeline.yaml and presets and artifacts of its own: nothing is found that was computed elsewhere. */
export function makeProjectFolder(folder: string, artifacts?: string): string {
  rmSync(folder, {recursive: true, force: true})
  mkdirSync(folder, {recursive: true})
  for (const name of ['pipeline.yaml', 'presets']) symlinkSync(join(root, name), join(folder, name))
  if (artifacts !== undefined && existsSync(artifacts)) cpSync(artifacts, join(folder, 'artifacts'), {recursive: true})
  return folder
}

/** `npx nearmiss …` in that folder, without npx's own second. */
export function nearmiss(folder: string, threads: number, args: readonly string[]): Command {
  const program = join(root, 'lib', 'cli', 'nearmiss.mjs')
  return {file: process.execPath, args: [program, ...args], cwd: folder, env: {NEARMISS_THREADS: String(threads)}}
}

/** The epochs of a run in that folder. */
export async function readEpochs(folder: string, run: string): Promise<readonly EpochStatus[]> {
  const {file, args} = nearmiss(folder, 1, ['status', '--run', run, '--json'])
  const {stdout} = await execa(file, args, {cwd: folder})
  return (JSON.parse(stdout) as {epochs: EpochStatus[]}).epochs
}

/** A file of one of a run's nodes, in the store. */
export function artifactOf(artifacts: string, run: string, node: string, file: string): string {
  const key = readRefs(artifacts, run)[node]
  const entry = key === undefined ? undefined : findEntry(artifacts, key)
  if (entry?.state !== 'present') throw new Error(`${run} has no ${node}: it is ${entry?.state ?? 'not computed'}`)
  return join(entry.folder, file)
}
