import {mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {homedir} from 'node:os'
import {dirname, isAbsolute, join} from 'node:path'
import {takeLock} from '../lib/pipeline/lock.ts'
import {UserError} from '../lib/user-error.ts'
import type {Distribution} from './distribution.ts'
import {downloadWheel, type FileRecord, hashFile, unpackWheel} from './wheel.ts'

/** What manifest.json in a staged folder says: the wheels it was made from and every file in it. */
export interface Manifest {
  readonly wheels: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, FileRecord>>
}

export type Inspection = {readonly manifest: Manifest} | {readonly fault: string}

/** Folder for what all clones of this user share: `$XDG_CACHE_HOME/nearmiss`, by default `~/.cache/nearmiss`. */
export function cacheFolder(environment: {readonly [name: string]: string | undefined}): string {
  const base = environment.XDG_CACHE_HOME
  // The XDG specification says to ignore a relative path.
  return join(base !== undefined && isAbsolute(base) ? base : join(environment.HOME ?? homedir(), '.cache'), 'nearmiss')
}

/**
 * Puts a distribution into the cache unless it is there whole, and returns its manifest. It appears under its name by one
 * rename, when all of it is on disk: a kill leaves at most a temporary folder, which the next call removes.
 */
export async function stageTensorflow(
  distribution: Distribution,
  cache: string,
  say: (sentence: string) => void,
): Promise<Manifest> {
  await mkdir(cache, {recursive: true}).catch((error: Error) => failCache(cache, error))
  await checkWritable(cache)
  const lock = await takeLock(join(cache, '.lock'), {
    owner: {pid: process.pid, run: 'set-up'},
    what: cache,
    noWait: false,
    onWait: () => say(`another set-up is filling ${cache}: waiting for it`),
    signal: new AbortController().signal,
    removed: false,
  })
  try {
    await removeLeftovers(cache)
    const folder = join(cache, distribution.folder)
    const found = await inspectStage(folder, distribution)
    if ('manifest' in found) return found.manifest
    if (found.fault !== 'absent') say(`${folder} is damaged: ${found.fault}. It is staged again.`)
    return await stage(distribution, folder, say)
  } finally {
    lock?.release()
  }
}

/** Says what is wrong with a staged folder ('absent' when there is none), by the size and hash of every file in its manifest. */
export async function inspectStage(folder: string, distribution: Distribution): Promise<Inspection> {
  if ((await stat(folder).catch(() => undefined)) === undefined) return {fault: 'absent'}
  const manifest = await readManifest(folder)
  if (manifest === undefined) return {fault: 'manifest.json cannot be read'}
  const other = distribution.wheels.find(({requirement, sha256}) => manifest.wheels[requirement] !== sha256)
  if (other !== undefined) return {fault: `it was not made from ${other.requirement}`}
  for (const [path, expected] of Object.entries(manifest.files)) {
    const bytes = (await stat(join(folder, path)).catch(() => undefined))?.size
    if (bytes === undefined) return {fault: `${path} is missing`}
    if (bytes !== expected.bytes) return {fault: `${path} has ${bytes} of ${expected.bytes} bytes`}
  }
  for (const [path, expected] of Object.entries(manifest.files)) {
    if ((await hashFile(join(folder, path))) !== expected.sha256) return {fault: `the content of ${path} has changed`}
  }
  return {manifest}
}

async function stage(distribution: Distribution, folder: string, say: (sentence: string) => void): Promise<Manifest> {
  const temporary = `${folder}.staging-${process.pid}`
  await mkdir(temporary)
  try {
    const manifest = await fill(distribution, temporary, say)
    // Two renames, because a folder that is in use cannot be replaced by one: who has the old library open keeps it.
    await rename(folder, `${temporary}.damaged`).catch(() => undefined)
    await rename(temporary, folder)
    await syncFolder(dirname(folder))
    return manifest
  } catch (error) {
    throw explainDisk(error, dirname(folder))
  } finally {
    await rm(temporary, {recursive: true, force: true})
    await rm(`${temporary}.damaged`, {recursive: true, force: true})
  }
}

async function fill(distribution: Distribution, folder: string, say: (sentence: string) => void): Promise<Manifest> {
  const files: Record<string, FileRecord> = {}
  for (const wheel of distribution.wheels) {
    say(`downloading ${wheel.requirement}`)
    const download = join(folder, 'download')
    await mkdir(download)
    Object.assign(files, await unpackWheel(await downloadWheel(wheel, download), wheel, folder))
    await rm(download, {recursive: true})
  }
  // The names that the linker looks for; the addon then asks for the libraries' own names.
  await symlink('libtensorflow_cc.so.2', join(folder, 'lib/libtensorflow.so'))
  await symlink('libtensorflow_framework.so.2', join(folder, 'lib/libtensorflow_framework.so'))
  const wheels = Object.fromEntries(distribution.wheels.map(({requirement, sha256}) => [requirement, sha256]))
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify({wheels, files}, null, 2)}\n`, {flush: true})
  await syncFolder(join(folder, 'lib'))
  await syncFolder(folder)
  return {wheels, files}
}

/** Only what holds the lock calls this, so no living set-up owns these folders. */
async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.includes('.staging-')) await rm(join(cache, name), {recursive: true, force: true})
  }
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const {wheels, files} = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as Partial<Manifest>
    return wheels === undefined || files === undefined ? undefined : {wheels, files}
  } catch {
    // Missing or unreadable means the same to the caller: stage again.
    return undefined
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

async function checkWritable(cache: string): Promise<void> {
  const probe = await open(join(cache, '.lock'), 'a').catch((error: Error) => failCache(cache, error))
  await probe.close()
}

function failCache(cache: string, error: Error): never {
  throw new UserError(
    `The cache folder ${cache} cannot be written (${error.message}). Make it writable, or set XDG_CACHE_HOME to a folder that is.`,
  )
}

function explainDisk(error: unknown, cache: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error
  return new UserError(
    `The disk that holds ${cache} is full. Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.`,
  )
}
