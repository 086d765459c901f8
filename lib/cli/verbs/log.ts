import {existsSync, readdirSync} from 'node:fs'
import {open} from 'node:fs/promises'
import {basename, join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {eventsFile, findRunner, logFile, parseEvents, readRefs, runFolder} from '../../pipeline/runs.ts'
import {findRunName} from '../current-run.ts'
import {openPlainLines, summariseNodes} from '../progress/plain.ts'
import {stageOf} from '../progress/view.ts'
import type {Project} from '../project.ts'
import type {Terminal} from '../terminal.ts'
import {UsageError} from '../usage-error.ts'

export interface LogOptions {
  readonly run?: string
  readonly follow: boolean
}

const pollMs = 300

/** What a stage printed, or, without a stage, what happened in the run. With `follow`, goes on until nothing runs any more. */
export async function log(
  project: Project,
  node: string | undefined,
  options: LogOptions,
  terminal: Terminal,
): Promise<number> {
  const run = findRunName(project.artifacts, options.run)
  const print = node === undefined ? openEventPrinter(project, run, terminal) : openFilePrinter(project, run, node)
  for (;;) {
    // Asked before printing: the last words of a runner are printed after its end.
    const goesOn = options.follow && (await findRunner(project.artifacts, run)) !== undefined
    await print()
    if (!goesOn) return 0
    await sleep(pollMs)
  }
}

function openEventPrinter(project: Project, run: string, terminal: Terminal): () => Promise<void> {
  const readOn = openTail(eventsFile(project.artifacts, run))
  const linesOf = openPlainLines()
  let rest = Buffer.alloc(0)
  return async () => {
    const added = Buffer.concat([rest, await readOn()])
    // A line that is being written is told when it is whole.
    const end = added.lastIndexOf('\n') + 1
    rest = added.subarray(end)
    terminal.print(parseEvents(added.subarray(0, end).toString()).flatMap(linesOf))
  }
}

function openFilePrinter(project: Project, run: string, node: string): () => Promise<void> {
  const path = logFile(project.artifacts, run, node)
  if (node.includes('/') || !existsSync(path)) throw new UsageError(explainMissingLog(project, run, node))
  const readOn = openTail(path)
  return async () => {
    process.stdout.write(await readOn())
  }
}

/** Reads what was appended to a file since the last time; nothing where there is none yet. */
function openTail(path: string): () => Promise<Buffer> {
  let position = 0
  return async () => {
    if (!existsSync(path)) return Buffer.alloc(0)
    const handle = await open(path)
    try {
      const {size} = await handle.stat()
      const {buffer, bytesRead} = await handle.read(Buffer.alloc(Math.max(0, size - position)), {position})
      position += bytesRead
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }
}

function explainMissingLog(project: Project, run: string, node: string): string {
  if (readRefs(project.artifacts, run)[node] !== undefined)
    return `${node} was not computed by run ${run} but found in the store, so it has no log here.`
  const folder = join(runFolder(project.artifacts, run), 'logs')
  const nodes = existsSync(folder) ? readdirSync(folder).map((name) => basename(name, '.log')) : []
  const alike = nodes.filter((name) => stageOf(name).startsWith(stageOf(node)))
  const known = summariseNodes((alike.length > 0 ? alike : nodes).sort())
  return `There is no log of "${node}" in run ${run}. Stages with a log: ${known || 'none yet'}`
}
