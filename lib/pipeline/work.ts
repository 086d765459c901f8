import {accessSync, constants, existsSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {UserError} from '../user-error.ts'
import {openEventLog} from './event-log.ts'
import {exitCodes, RunEnded} from './failure.ts'
import {describeFileError} from './file-error.ts'
import {freezeRun} from './freeze.ts'
import type {Graph} from './graph.ts'
import {openKeys} from './key.ts'
import {type Lock, LockedError, takeLock, waitingFor} from './lock.ts'
import {openHistory} from './reason.ts'
import {requireExternal} from './require-external.ts'
import type {RunRequest} from './run-request.ts'
import {type RunRecord, readRefs, runFolder} from './runs.ts'
import type {Session} from './session.ts'

/** Does something as the one runner of a run: locks, logs, and turns every way to end into an exit code. */
export async function work(
  request: RunRequest,
  graph: Graph,
  act: (session: Session, record: RunRecord) => Promise<void>,
): Promise<{exitCode: number}> {
  const {config, catalogue, artifacts, run} = request
  requireExternal(graph, request.folder, config)
  try {
    const ownFolder = runFolder(artifacts, run)
    requireWritable(ownFolder)
    mkdirSync(ownFolder, {recursive: true})
    const lock = await lockRun(request)
    if (lock === undefined) return {exitCode: exitCodes.interrupted}
    try {
      const record = await freezeRun(artifacts, run, config)
      const tell = openEventLog(artifacts, run, request.onEvent)
      const keys = openKeys(catalogue, request)
      const session: Session = {
        request,
        graph,
        keys,
        history: openHistory(artifacts, run),
        tell,
        done: new Map(),
        refs: {...readRefs(artifacts, run)},
        refsChanged: false,
        told: new Set(),
        count: {computed: 0, hits: 0},
      }
      return await report(session, () => act(session, record))
    } finally {
      lock.release()
    }
  } catch (error) {
    if (error instanceof LockedError) return {exitCode: exitCodes.locked}
    throw asUserError(error, artifacts)
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

async function lockRun({artifacts, run, noWait, signal, onEvent}: RunRequest): Promise<Lock | undefined> {
  return takeLock(join(runFolder(artifacts, run), 'lock'), {
    owner: {pid: process.pid, run},
    what: `run ${run}`,
    noWait,
    onWait: (owner) => onEvent({at: new Date().toISOString(), ...waitingFor(owner), what: 'run'}),
    signal,
    removed: false,
  })
}

/** Asked of the nearest folder that exists: making folders on a read-only disk fails with an error that names another reason. */
function requireWritable(folder: string): void {
  if (existsSync(folder)) accessSync(folder, constants.W_OK)
  else requireWritable(dirname(folder))
}

/** Full and read-only disks in words; anything unexpected keeps its stack. */
function asUserError(error: unknown, artifacts: string): unknown {
  if (error instanceof UserError) return error
  const text = describeFileError(error, artifacts)
  return text === undefined ? error : new UserError(text)
}
