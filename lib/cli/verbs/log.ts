import {existsSync} from 'node:fs'
import {open} from 'node:fs/promises'
import {setTimeout as sleep} from 'node:timers/promises'
import {findRunner, logFile, readEvents, readRefs} from '../../pipeline/runs.ts'
import {findRunName} from '../current-run.ts'
import {emptyPlainState, plainLines} from '../progress/plain.ts'
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
  await print()
  while (options.follow && (await findRunner(project.artifacts, run)) !== undefined) {
    await sleep(pollMs)
    await print()
  }
  return 0
}

function openEventPrinter(project: Project, run: string, terminal: Terminal): () => Promise<void> {
  let seen = 0
  let state = emptyPlainState
  return async () => {
    const events = readEvents(project.artifacts, run)
    for (const event of events.slice(seen)) {
      const next = plainLines(state, event)
      state = next.state
      terminal.print(next.lines)
    }
    seen = events.length
  }
}

function openFilePrinter(project: Project, run: string, node: string): () => Promise<void> {
  const path = logFile(project.artifacts, run, node)
  if (!existsSync(path)) throw new UsageError(explainMissingLog(project, run, node))
  let position = 0
  return async () => {
    const handle = await open(path)
    try {
      const {size} = await handle.stat()
      const {buffer, bytesRead} = await handle.read(Buffer.alloc(Math.max(0, size - position)), {position})
      process.stdout.write(buffer.subarray(0, bytesRead))
      position += bytesRead
    } finally {
      await handle.close()
    }
  }
}

function explainMissingLog(project: Project, run: string, node: string): string {
  const nodes = Object.keys(readRefs(project.artifacts, run))
  if (nodes.includes(node))
    return `${node} was not computed by run ${run} but found in the store, so it has no log here.`
  const alike = nodes.filter((name) => name.startsWith(node.replace(/@.*$/, '')))
  return `There is no log of "${node}" in run ${run}. Stages with a log: ${(alike.length > 0 ? alike : nodes).join(', ') || 'none yet'}`
}
