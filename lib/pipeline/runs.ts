import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {z} from 'zod'
import {UserError} from '../user-error.ts'
import {ConfigError} from './config-error.ts'
import {replaceFile} from './durable.ts'
import type {Event} from './event.ts'
import {findOwner} from './lock.ts'
import type {KeepRule} from './pipeline-file.ts'
import type {Values} from './stage.ts'
import {findEntry} from './store.ts'

/** runs/<run>/run.json: what the run was asked to do. */
export interface RunRecord {
  readonly schema: 1
  readonly run: string
  readonly preset?: string
  /** Every parameter except how far to go. */
  readonly params: Values
  /** Stage -> output -> rule, so that other runs know what this one keeps. */
  readonly keep: Readonly<Record<string, Readonly<Record<string, KeepRule>>>>
}

/** Node -> key of everything the run has computed or found: `{'train-epoch@1': '5be0…'}`. */
export type Refs = Readonly<Record<string, string>>

/** Names of the runs under artifacts/runs, sorted. */
export function listRuns(artifacts: string): string[] {
  const folder = join(artifacts, 'runs')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((run) => existsSync(join(folder, run, 'run.json')))
    .sort()
}

/** The run's record, or undefined where there is no such run. */
export function findRun(artifacts: string, run: string): RunRecord | undefined {
  return readWritten(join(runFolder(artifacts, run), 'run.json')) as RunRecord | undefined
}

/** Empty for a new run. */
export function readRefs(artifacts: string, run: string): Refs {
  return (readWritten(join(runFolder(artifacts, run), 'refs.json')) as Refs | undefined) ?? {}
}

/** All events of the run so far, oldest first; a torn last line is left out. */
export function readEvents(artifacts: string, run: string): Event[] {
  const file = eventsFile(artifacts, run)
  if (!existsSync(file)) return []
  return parseEvents(readFileSync(file, 'utf8'))
}

/** The events in some lines of that file. */
export function parseEvents(text: string): Event[] {
  return text.split('\n').flatMap(parseEvent)
}

/** The process that works on the run now, if any: the kernel's lock tells, not a file's age. */
export async function findRunner(artifacts: string, run: string): Promise<{pid: number} | undefined> {
  return findOwner(join(runFolder(artifacts, run), 'lock'))
}

/** The numbers of an entry's output of kind `metrics`, by name: `{precision_at_1: 0.54}`; undefined when there are none. */
export function findMetrics(artifacts: string, key: string): Readonly<Record<string, number>> | undefined {
  return findMeasurement(artifacts, key)?.metrics
}

/** The same with the numbers of every test set that has a name; there are none where all images are one set. */
export function findMeasurement(artifacts: string, key: string): Measurement | undefined {
  const entry = findEntry(artifacts, key)
  if (entry.state !== 'present') return undefined
  const output = Object.values(entry.manifest.outputs).find(({kind}) => kind === 'metrics')
  const parsed = metricsSchema.safeParse(output === undefined ? undefined : parseJson(join(entry.folder, output.file)))
  if (!parsed.success) return undefined
  const {metrics, set, sets} = parsed.data
  return {metrics, sets: sets ?? (set === undefined ? [] : [{name: set, metrics}])}
}

export interface Measurement {
  readonly metrics: Readonly<Record<string, number>>
  readonly sets: readonly {readonly name: string; readonly metrics: Readonly<Record<string, number>>}[]
}

const numbers = z.record(z.string(), z.number())
const metricsSchema = z.object({
  metrics: numbers,
  set: z.string().optional(),
  sets: z.array(z.object({name: z.string(), metrics: numbers})).optional(),
})

/** runs/<run>, after a check that the name is one. */
export function runFolder(artifacts: string, run: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(run)) {
    throw new ConfigError([
      {where: `--run ${run}`, text: 'a run is named with letters, digits, . _ and -, starting with a letter or digit'},
    ])
  }
  return join(artifacts, 'runs', run)
}

/** Where a node's stdout and stderr go. */
export function logFile(artifacts: string, run: string, node: string): string {
  return join(runFolder(artifacts, run), 'logs', `${node}.log`)
}

export function eventsFile(artifacts: string, run: string): string {
  return join(runFolder(artifacts, run), 'events.jsonl')
}

/** Writes run.json; after a crash it is the old one or the new one. */
export async function writeRun(artifacts: string, record: RunRecord): Promise<void> {
  const folder = runFolder(artifacts, record.run)
  mkdirSync(folder, {recursive: true})
  await replaceFile(join(folder, 'run.json'), `${JSON.stringify(record, null, 1)}\n`, {
    sync: 'fsync-run',
    rename: 'rename-run',
  })
}

/** Writes refs.json in the same way, keys sorted. */
export async function writeRefs(artifacts: string, run: string, refs: Refs): Promise<void> {
  const text = `${JSON.stringify(refs, null, 1)}\n`
  await replaceFile(join(runFolder(artifacts, run), 'refs.json'), text, {sync: 'fsync-refs', rename: 'rename-refs'})
}

/** What we wrote, whole or not at all: anything else is somebody's doing, and to go on without it would lose what the run was. */
function readWritten(file: string): unknown {
  if (!existsSync(file)) return undefined
  const value = parseJson(file)
  if (value === undefined)
    throw new UserError(`${file} cannot be read as JSON. Put it right, or remove it: the next command writes it anew.`)
  return value
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function parseEvent(line: string): Event[] {
  try {
    return [JSON.parse(line) as Event]
  } catch {
    return [] // torn by a kill in the middle of writing
  }
}
