import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs'
import {UserError} from '../user-error.ts'

/** Who holds a lock, written into the locked file for those who wait. */
export interface Owner {
  readonly pid: number
  readonly run: string
  readonly node?: string
}

/** A held lock. The kernel ties it to the open file: a child that inherits `descriptor` holds it too, and a kill leaves nothing stale. */
export interface Lock {
  readonly descriptor: number
  release(): void
}

export interface LockOptions {
  readonly owner: Owner
  /** What is locked, for error texts: `run demo`. */
  readonly what: string
  readonly noWait: boolean
  readonly onWait: (owner: Owner | undefined) => void
  /** Ends the waiting; the lock is then `undefined`. */
  readonly signal: AbortSignal
  /** Remove the file on release. */
  readonly removed: boolean
}

/** Somebody else holds a lock and --no-wait was given. */
export class LockedError extends UserError {
  override name = 'LockedError'
}

/** Takes the lock of a file, waiting for its holder unless told otherwise. Undefined when the waiting was given up. */
export async function takeLock(path: string, options: LockOptions): Promise<Lock | undefined> {
  for (;;) {
    const descriptor = openSync(path, 'a+')
    let lock: Lock | undefined
    try {
      if (!(await wait(descriptor, path, options))) return undefined
      // Its last holder may have removed the file while we waited: then the lock is on a file that nobody else can find.
      if (statSync(path, {throwIfNoEntry: false})?.ino === fstatSync(descriptor).ino)
        lock = hold(descriptor, path, options)
      if (lock !== undefined) return lock
    } finally {
      if (lock === undefined) closeSync(descriptor)
    }
  }
}

/** Who holds the lock of a file now, if anybody. */
export async function findOwner(path: string): Promise<Owner | undefined> {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined // no file, no lock
  }
  try {
    return (await flock(descriptor, ['--shared', '--nonblock'])) ? undefined : readOwner(path)
  } finally {
    closeSync(descriptor)
  }
}

/** Locks a file against removal while it is read (`shared`), or to remove it; undefined when others prevent it. */
export async function tryLock(path: string, mode: 'shared' | 'exclusive'): Promise<Lock | undefined> {
  let descriptor: number
  try {
    // NFS wants a file open for writing before it locks others out.
    descriptor = openSync(path, mode === 'shared' ? 'r' : 'r+')
  } catch {
    return undefined // gone: nothing to protect
  }
  if (await flock(descriptor, [`--${mode}`, '--nonblock'])) return {descriptor, release: () => closeSync(descriptor)}
  closeSync(descriptor)
  return undefined
}

async function wait(descriptor: number, path: string, {what, noWait, onWait, signal}: LockOptions): Promise<boolean> {
  // Somebody who only looks (status) holds it for a few milliseconds: that is not worth a refusal.
  if (await flock(descriptor, ['--timeout', '0.2'])) return true
  const owner = readOwner(path)
  onWait(owner)
  if (noWait)
    throw new LockedError(`${what} is being worked on by ${describeOwner(owner)}. Wait for it, or leave out --no-wait`)
  return flock(descriptor, [], signal)
}

function hold(descriptor: number, path: string, {owner, removed}: LockOptions): Lock {
  ftruncateSync(descriptor, 0)
  writeSync(descriptor, JSON.stringify(owner))
  return {
    descriptor,
    release: () => {
      // Removed before it is unlocked: whoever waits then sees that the file is gone and starts over.
      if (removed) rmSync(path, {force: true})
      closeSync(descriptor)
    },
  }
}

/** What a runner tells while it waits for a lock's owner. */
export function waitingFor(owner: Owner | undefined): {kind: 'waiting'; for: string; pid: number} {
  return {kind: 'waiting', for: describeOwner(owner), pid: owner?.pid ?? 0}
}

/** `process 4711 (run demo)`. */
function describeOwner(owner: Owner | undefined): string {
  return owner === undefined ? 'another process' : `process ${owner.pid} (run ${owner.run})`
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner
  } catch {
    return undefined // just taken, not written yet
  }
}

const busy = 75

/** util-linux's flock locks the open file that it inherits as descriptor 3; the lock outlives it because we keep the file open. */
async function flock(descriptor: number, options: readonly string[], signal?: AbortSignal): Promise<boolean> {
  const child = spawn('flock', [...options, '--conflict-exit-code', String(busy), '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
  })
  const stop = () => child.kill()
  signal?.addEventListener('abort', stop, {once: true})
  if (signal?.aborted) stop()
  try {
    return await finish(child, signal)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function finish(child: ChildProcess, signal: AbortSignal | undefined): Promise<boolean> {
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const [code] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new UserError('flock was not found: runs lock their files with it. Install util-linux')
  })) as [number | null]
  if (code === 0) return true
  if (code === busy || signal?.aborted) return false
  throw new UserError(
    `files here cannot be locked: ${complaint.trim() || `flock ended with ${code}`}. Keep artifacts on a local disk`,
  )
}
