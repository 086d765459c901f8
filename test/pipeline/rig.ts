import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {fileURLToPath} from 'node:url'
import {type Config, loadConfig} from '../../lib/pipeline/config.ts'
import type {Event} from '../../lib/pipeline/event.ts'
import {type PlannedNode, planRun} from '../../lib/pipeline/plan.ts'
import {executeRun} from '../../lib/pipeline/run.ts'
import type {RunRequest} from '../../lib/pipeline/run-request.ts'
import {readRefs} from '../../lib/pipeline/runs.ts'
import {entryFolder, findEntry, listKeys, verifyEntry} from '../../lib/pipeline/store.ts'
import {parameters, toyCatalogue} from './toy/catalogue.ts'

export interface RigOptions {
  readonly run?: string
  readonly epochs?: number
  readonly set?: readonly string[]
  readonly preset?: string
  readonly noWait?: boolean
  /** Of the runner process and so of its stages. */
  readonly env?: Readonly<Record<string, string>>
}

/** What a run did. */
export interface Done {
  readonly exitCode: number | null
  readonly events: readonly Event[]
  /** Nodes that were computed, in order. */
  readonly computed: readonly string[]
  readonly hits: readonly string[]
}

/** A project in a temporary folder: the toy's stages (to be edited), its pipeline.yaml, its data, and artifacts of its own. */
export class Rig {
  readonly folder: string
  readonly artifacts: string
  constructor(folder: string) {
    this.folder = folder
    this.artifacts = join(folder, 'artifacts')
  }

  /** The request that a command line with these options would make. */
  request(options: RigOptions = {}): RunRequest & {config: Config} {
    const catalogue = toyCatalogue('toy')
    const config = loadConfig({
      pipelineFile: join(this.folder, 'pipeline.yaml'),
      preset: options.preset,
      set: options.set ?? [],
      parameters,
      catalogue,
    })
    return {
      config,
      catalogue,
      run: options.run ?? 'toy',
      epochs: options.epochs ?? config.epochs,
      root: this.folder,
      folder: this.folder,
      artifacts: this.artifacts,
      noWait: options.noWait ?? false,
      onEvent: () => undefined,
      signal: new AbortController().signal,
      kill: new AbortController().signal,
    }
  }

  /** Runs in this process. */
  async run(options: RigOptions = {}): Promise<Done> {
    const events: Event[] = []
    const {exitCode} = await executeRun({...this.request(options), onEvent: (event) => events.push(event)})
    return summarise(exitCode, events)
  }

  plan(options: RigOptions = {}): Promise<PlannedNode[]> {
    return planRun(this.request(options))
  }

  /** Starts a runner process, for tests that kill it or need its environment. */
  start(options: RigOptions = {}): Runner {
    return new Runner(this.folder, options)
  }

  edit(file: string, change: (text: string) => string): void {
    const path = join(this.folder, file)
    const before = readFileSync(path, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`the edit changes nothing in ${file}`)
    writeFileSync(path, after)
  }

  /** Path of an output of a node of a run. */
  output(node: string, output: string, run = 'toy'): string {
    const key = readRefs(this.artifacts, run)[node]!
    return join(entryFolder(this.artifacts, key), `${output}.json`)
  }

  read(node: string, output: string, run = 'toy'): unknown {
    return JSON.parse(readFileSync(this.output(node, output, run), 'utf8'))
  }

  /** Everything that is wrong in the store: nothing after any crash. */
  async faults(): Promise<string[]> {
    const faults = await Promise.all(listKeys(this.artifacts).map((key) => verifyEntry(this.artifacts, key)))
    return faults.flat()
  }

  /** Training stands still after this step, until it is told to stop or the rig lets it go on. */
  hold(step: number): void {
    writeFileSync(join(this.folder, `hold-${step}`), '')
  }

  letGo(step: number): void {
    rmSync(join(this.folder, `hold-${step}`))
  }

  dropped(node: string): readonly string[] {
    const entry = findEntry(this.artifacts, readRefs(this.artifacts, 'toy')[node]!)
    return entry.state === 'present' ? entry.dropped : []
  }
}

/** Makes a rig that is removed with the test; `from` gives it the artifacts of another one. */
export function openRig(test: TestContext, from?: Rig): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-rig-'))
  test.after(() => rmSync(folder, {recursive: true, force: true}))
  const toy = fileURLToPath(new URL('toy', import.meta.url))
  cpSync(toy, join(folder, 'toy'), {recursive: true, preserveTimestamps: true})
  cpSync(join(toy, 'pipeline.yaml'), join(folder, 'pipeline.yaml'))
  mkdirSync(join(folder, 'presets'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  writeFileSync(join(folder, 'numbers.txt'), '3 1 2 5 4 6')
  if (from !== undefined) cpSync(from.artifacts, join(folder, 'artifacts'), {recursive: true, preserveTimestamps: true})
  return new Rig(folder)
}

/** A runner in a process of its own. */
export class Runner {
  readonly process: ChildProcess
  readonly events: Event[] = []
  /** Whatever it said outside its events. */
  errors = ''
  readonly #closed: Promise<unknown[]>
  readonly #listeners = new Set<() => void>()

  constructor(folder: string, options: RigOptions) {
    const script = fileURLToPath(new URL('runner-process.ts', import.meta.url))
    this.process = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), script, folder, JSON.stringify(options)],
      {
        env: {...process.env, ...options.env},
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let rest = ''
    this.process.stdout!.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.events.push(JSON.parse(line) as Event)
      for (const listener of this.#listeners) listener()
    })
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString()
    })
    this.#closed = once(this.process, 'close')
  }

  /** Waits until an event of this kind (of this node) has come. */
  async saw(kind: Event['kind'], node?: string): Promise<Event> {
    const find = () =>
      this.events.find(
        (event) => event.kind === kind && (node === undefined || ('node' in event && event.node === node)),
      )
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        this.#listeners.delete(look)
        resolve(found)
      }
      this.#listeners.add(look)
      void this.#closed.then(() => reject(new Error(`the runner ended without ${kind} ${node ?? ''}\n${this.errors}`)))
      look()
    })
  }

  async done(): Promise<Done> {
    await this.#closed
    return summarise(this.process.exitCode, this.events)
  }
}

function summarise(exitCode: number | null, events: readonly Event[]): Done {
  const nodes = (kind: Event['kind']) =>
    events.flatMap((event) => (event.kind === kind && 'node' in event ? [event.node!] : []))
  return {exitCode, events, computed: nodes('committed'), hits: nodes('hit')}
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    // An orphan that is dead may wait for its new parent to hear of it: state Z.
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false // no such process
  }
}
