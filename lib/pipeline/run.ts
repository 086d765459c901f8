import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {UserError} from '../user-error.ts'
import {openEventLog, type Tell} from './event-log.ts'
import {evict} from './evict.ts'
import {exitCodes, RunEnded} from './failure.ts'
import {describeFileError} from './file-error.ts'
import {freezeRun} from './freeze.ts'
import {type Graph, type Node, openGraph} from './graph.ts'
import {openKeys} from './key.ts'
import {describeOwner, type Lock, LockedError, takeLock} from './lock.ts'
import {requireExternal} from './require-external.ts'
import type {RunRequest} from './run-request.ts'
import {type RunRecord, readRefs, runFolder} from './runs.ts'
import {ensure, type Session, saveRefs} from './session.ts'
import {findEntry} from './store.ts'

/**
 * Computes what is missing as far as epoch `epochs`. How a stage ends is told by events and an exit code; what keeps a run from
 * starting is thrown: a ConfigError (2) for parameters that do not fit, a UserError (1) for a folder that cannot be written.
 */
export async function executeRun(request: RunRequest): Promise<{exitCode: number}> {
  const graph = openGraph(request.config, request.catalogue, request.epochs)
  return work(request, graph, async (session, record) => {
    for (const turn of turnsOf(graph)) {
      const before = session.count.computed
      for (const node of turn) await step(node, session)
      await saveRefs(session)
      const epoch = turn[0]?.epoch
      if (epoch === undefined || session.count.computed === before) continue
      await evict({artifacts: request.artifacts, record, refs: session.refs, epoch, tell: session.tell})
      lookAgain(session)
    }
  })
}

/** Does something as the one runner of a run: locks, logs, and turns every way to end into an exit code. */
export async function work(
  request: RunRequest,
  graph: Graph,
  act: (session: Session, record: RunRecord) => Promise<void>,
): Promise<{exitCode: number}> {
  const {config, catalogue, root, artifacts, run} = request
  requireExternal(graph, root, config)
  try {
    mkdirSync(runFolder(artifacts, run), {recursive: true})
    const lock = await lockRun(request)
    if (lock === undefined) return {exitCode: exitCodes.interrupted}
    try {
      const record = await freezeRun(artifacts, run, config)
      const tell = openEventLog(artifacts, run, request.onEvent)
      const keys = openKeys(catalogue, root, artifacts)
      const refs = {...readRefs(artifacts, run)}
      const session: Session = {
        request,
        graph,
        keys,
        tell,
        refs,
        refsChanged: false,
        done: new Map(),
        count: {computed: 0, hits: 0},
      }
      return await report(session, () => act(session, record))
    } finally {
      lock.release()
    }
  } catch (error) {
    if (error instanceof LockedError) return {exitCode: exitCodes.locked}
    throw asUserError(error)
  }
}

async function report(session: Session, act: () => Promise<void>): Promise<{exitCode: number}> {
  const {request, tell, keys, count} = session
  const start = performance.now()
  tell({kind: 'run-started', run: request.run, epochs: request.epochs, pid: process.pid})
  try {
    await act()
    tell({kind: 'run-finished', run: request.run, ...count, seconds: (performance.now() - start) / 1000})
    return {exitCode: 0}
  } catch (error) {
    if (error instanceof RunEnded) return {exitCode: error.exitCode}
    throw error
  } finally {
    keys.save()
  }
}

/** The parts of the graph between which outputs may be dropped: what is outside the loop, then one epoch after the other. */
function turnsOf(graph: Graph): Node[][] {
  const turns = new Map<number | undefined, Node[]>()
  for (const node of graph.values()) turns.set(node.epoch, [...(turns.get(node.epoch) ?? []), node])
  return [...turns.values()]
}

async function step(node: Node, session: Session): Promise<void> {
  if (session.request.signal.aborted) stopBetween(node, session.tell, session)
  await ensure(node.id, session)
}

function stopBetween(node: Node, tell: Tell, {count}: Session): never {
  tell({kind: 'stopped', node: node.id, reason: 'stopped before it started'})
  throw new RunEnded(count.computed > 0 ? exitCodes.stopped : exitCodes.interrupted)
}

/** What was just dropped must not be taken for there. */
function lookAgain({done, request}: Session): void {
  for (const [id, known] of done) {
    const entry = findEntry(request.artifacts, known.key)
    if (entry.state === 'present') done.set(id, {...known, entry})
    else done.delete(id)
  }
}

async function lockRun({artifacts, run, noWait, signal, onEvent}: RunRequest): Promise<Lock | undefined> {
  return takeLock(join(runFolder(artifacts, run), 'lock'), {
    owner: {pid: process.pid, run},
    what: `run ${run}`,
    noWait,
    onWait: (owner) =>
      onEvent({
        at: new Date().toISOString(),
        kind: 'waiting',
        for: describeOwner(owner),
        pid: owner?.pid ?? 0,
        what: 'run',
      }),
    signal,
    removed: false,
  })
}

/** Full and read-only disks in words; anything unexpected keeps its stack. */
function asUserError(error: unknown): unknown {
  if (error instanceof UserError) return error
  const text = describeFileError(error)
  return text === undefined ? error : new UserError(text)
}
