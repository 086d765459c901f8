import {closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync} from 'node:fs'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'
import {execa} from 'execa'
import type {Progress} from './stage.ts'
import type {FromStage, StageJob, ToStage} from './stage-job.ts'

export interface Launch {
  readonly job: StageJob
  /** Working folder of the stage: relative paths of data start here. */
  readonly folder: string
  /** Its stdout and stderr are appended here. */
  readonly log: string
  /** Descriptor of the held lease: the stage inherits it, so that an orphan still holds the lock. */
  readonly lease?: number
  readonly onProgress: (progress: Progress) => void
  readonly onNote: (sentence: string) => void
  /** Asks the stage to save its work and stop; a stage without snapshots has nothing to save and is killed. */
  readonly signal: AbortSignal
  readonly kill: AbortSignal
}

/** How a stage ended. */
export type Ending =
  | {readonly kind: 'done'; readonly facts: Readonly<Record<string, number | string>>}
  | {readonly kind: 'stopped'; readonly reason: string}
  | {readonly kind: 'failed'; readonly problems: readonly string[]}

/** Runs one stage in a process of its own and waits for its end. */
export async function launch({job, folder, log, lease, onProgress, onNote, signal, kill}: Launch): Promise<Ending> {
  const output = openLog(log)
  const start = fstatSync(output).size
  const child = execa(process.execPath, ['--import', import.meta.resolve('tsx'), stageProcess], {
    cwd: folder,
    env: stageEnvironment(process.env),
    extendEnv: false,
    stdio: ['ignore', inherit(output), inherit(output), 'ipc', ...(lease === undefined ? [] : [inherit(lease)])],
    serialization: 'advanced',
    // A group of its own: Ctrl-C in the terminal reaches the runner, which asks the stage in words.
    detached: true,
    // An orphan keeps its lease until it has seen that its runner is gone; how it ended is read below.
    cleanup: false,
    reject: false,
    buffer: false,
  })
  const facts: Record<string, number | string> = {}
  let last: FromStage | undefined
  child.on('message', (message: FromStage) => {
    if (message.kind === 'progress') onProgress(message.progress)
    else if (message.kind === 'note') onNote(message.sentence)
    else if (message.kind === 'report') Object.assign(facts, message.facts)
    else last = message
  })
  const say = (message: ToStage) => child.send(message, () => undefined) // a stage that is gone already says so by its exit
  const end = () => child.kill('SIGKILL')
  const hasSnapshots = Number.isFinite(Math.min(job.snapshotEverySteps, job.snapshotEverySeconds))
  const stop = () => (hasSnapshots ? say({kind: 'stop'}) : end())
  say({kind: 'job', job})
  const unlisten = [onAbort(signal, stop), onAbort(kill, end)]
  const {exitCode, signal: killedBy} = await child
  for (const forget of unlisten) forget()
  closeSync(output)
  if (last?.kind === 'done') return {kind: 'done', facts}
  if (last?.kind === 'stopped') return last
  if (killedBy !== undefined && (signal.aborted || kill.aborted)) return {kind: 'stopped', reason: 'interrupted'}
  if (last?.kind === 'failed' && last.expected) return {kind: 'failed', problems: last.message.split('\n')}
  const how =
    killedBy === undefined
      ? `the stage ended with exit code ${exitCode}`
      : `the stage was killed (${killedBy}); is memory short?`
  const message = last?.kind === 'failed' ? last.message : how
  return {kind: 'failed', problems: withPrinted(message, printedSince(log, start))}
}

/** Any open file can be handed over; execa's types know of 0, 1 and 2 alone. */
const inherit = (descriptor: number) => descriptor as 1

const stageProcess = fileURLToPath(new URL('stage-process.ts', import.meta.url))

/** What a stage may depend on of the caller's environment: nothing that changes numbers (TF_*, OMP_*) unless it is in the key. */
export function stageEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const allowed =
    /^(PATH|HOME|USER|LANG|LC_ALL|TZ|TMPDIR|XDG_CACHE_HOME|LD_LIBRARY_PATH|CUDA_VISIBLE_DEVICES|NEARMISS_.*)$/
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      allowed.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  )
}

function openLog(log: string): number {
  mkdirSync(dirname(log), {recursive: true})
  const output = openSync(log, 'a')
  writeSync(output, `--- ${new Date().toISOString()}\n`)
  return output
}

function onAbort(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, {once: true})
  return () => signal.removeEventListener('abort', act)
}

const shown = 9

/** The error from its own line on, for a stack begins with the file that threw; where it printed none the end of what it said. */
function withPrinted(message: string, printed: readonly string[]): string[] {
  const start = printed.lastIndexOf(message.split('\n')[0]!)
  return start === -1 ? [message, ...printed.slice(1 - shown)] : printed.slice(start, start + shown)
}

/** Lines of this attempt, the last of them where they are many. */
function printedSince(log: string, start: number): string[] {
  const file = openSync(log, 'r')
  const {size} = fstatSync(file)
  const from = Math.max(start, size - 20_000)
  const text = Buffer.alloc(size - from)
  readSync(file, text, 0, text.length, from)
  closeSync(file)
  return text
    .toString()
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
}
