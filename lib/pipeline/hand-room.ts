import {existsSync, statSync} from 'node:fs'
import {mkdir, rm} from 'node:fs/promises'
import {join, resolve} from 'node:path'
import type {Node} from './graph.ts'
import {keyOf, openKeys} from './key.ts'
import {type Lock, takeLock, waitingFor} from './lock.ts'
import type {RunRequest} from './run-request.ts'
import {findSnapshot} from './scratch.ts'

/** Where a stage by hand works, in the folder that its outputs go to. */
export interface HandRoom {
  /** Absolute, for its outputs until they are checked. */
  readonly attempt: string
  readonly scratch: string
  /** Step of the snapshot that it goes on from. */
  readonly resumedFromStep?: number
  readonly lock?: Lock
  /** Leaves nothing but snapshots, and these only where the stage did not finish. */
  close(finished: boolean): Promise<void>
}

/**
 * A stage with mid-stage snapshots finds those of the same work again, when its process was killed: same code, same values, same files by path,
 * size and time. Undefined when waiting for another process that does the same was given up.
 */
export async function openHandRoom(
  node: Node,
  inputs: Readonly<Record<string, string>>,
  out: string,
  request: RunRequest,
): Promise<HandRoom | undefined> {
  if (node.entry.resume === undefined) {
    const attempt = resolve(out, `.attempt-${process.pid}`)
    await mkdir(attempt, {recursive: true})
    return {
      attempt,
      scratch: join(attempt, 'scratch'),
      close: () => rm(attempt, {recursive: true, force: true}),
    }
  }
  const folder = resolve(out, `.unfinished-${(await keyOfWork(node, inputs, request)).slice(0, 12)}`)
  await mkdir(out, {recursive: true})
  const lock = await lockFolder(node, folder, request)
  if (lock === undefined) return undefined
  const [attempt, scratch] = [join(folder, 'attempt'), join(folder, 'scratch')]
  await rm(attempt, {recursive: true, force: true}) // of a process that was killed
  await mkdir(attempt, {recursive: true})
  const step = findSnapshot(scratch)
  return {
    attempt,
    scratch,
    lock,
    ...(step === undefined ? {} : {resumedFromStep: step}),
    close: async (finished) => {
      const isKept = !finished && existsSync(scratch)
      await rm(isKept ? attempt : folder, {recursive: true, force: true})
      lock.release()
    },
  }
}

async function keyOfWork(
  node: Node,
  inputs: Readonly<Record<string, string>>,
  {catalogue, root, folder, artifacts}: RunRequest,
): Promise<string> {
  const stamps = Object.entries(inputs).map(([input, path]) => {
    const {size, mtimeMs} = statSync(path)
    return [input, `${path} ${size} ${mtimeMs}`]
  })
  return keyOf(await openKeys(catalogue, {root, folder, artifacts}).record(node, Object.fromEntries(stamps)))
}

function lockFolder(node: Node, folder: string, {run, noWait, signal, onEvent}: RunRequest): Promise<Lock | undefined> {
  return takeLock(`${folder}.lock`, {
    owner: {pid: process.pid, run, node: node.id},
    what: `the same ${node.name} in ${folder}`,
    noWait,
    onWait: (owner) => onEvent({at: new Date().toISOString(), ...waitingFor(owner), what: 'node', node: node.id}),
    signal,
    removed: true,
  })
}
