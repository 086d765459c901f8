import {createHash, type Hash} from 'node:crypto'
import {type BigIntStats, createReadStream, readdirSync, realpathSync, statSync} from 'node:fs'
import {join, resolve} from 'node:path'
import type {Cache} from './cache.ts'
import type {ExternalInput} from './stage.ts'

/** What the stat cache keeps of a file; equal stats mean equal bytes. */
export interface FileStamp {
  readonly size: string
  readonly mtimeNs: string
  readonly sha256: string
}

/** A file that changed this recently may change again within the same clock tick: it is read every time. */
const youngMs = 2_000

/** A sentence about a file or folder that is not there; nothing when all is well. */
export function checkExternal({path, kind, parameter}: ExternalInput, root: string): string[] {
  const file = resolve(root, path)
  const stats = statSync(file, {throwIfNoEntry: false})
  const right = kind === 'file' ? stats?.isFile() : stats?.isDirectory()
  if (right) return []
  const wanted = kind === 'file' ? 'file' : 'folder'
  const problem = stats === undefined ? `there is no ${wanted} ${file}` : `${file} is not a ${wanted}`
  return [`${parameter}: ${problem}. Bring it there, or give its path: --set ${parameter}=PATH`]
}

/** Digest of a file's bytes, or of a folder's names, sizes and times (reading 120,000 images would take minutes; stats take a second). */
export async function digestExternal(input: ExternalInput, root: string, stamps: Cache<FileStamp>): Promise<string> {
  const path = resolve(root, input.path)
  if (input.kind === 'file') return `sha256:${await hashThroughCache(path, stamps)}`
  return `tree:${hashTree(path)}`
}

/** Sha256 of a file, read in pieces. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, {highWaterMark: 1 << 20})) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function hashThroughCache(path: string, stamps: Cache<FileStamp>): Promise<string> {
  const stats = statSync(path, {bigint: true})
  const name = `${stats.dev}:${stats.ino}`
  const [size, mtimeNs] = [String(stats.size), String(stats.mtimeNs)]
  const known = stamps.get(name)
  if (known?.size === size && known.mtimeNs === mtimeNs) return known.sha256
  const sha256 = await hashFile(path)
  if (!isYoung(stats)) stamps.set(name, {size, mtimeNs, sha256})
  return sha256
}

/** Whether a stat is too fresh to vouch for the bytes. */
export function isYoung(stats: BigIntStats): boolean {
  return Math.abs(Date.now() - Number(stats.mtimeMs)) < youngMs
}

/** The folder's own path counts: tables may hold it, and a moved folder must not leave them pointing nowhere. */
function hashTree(folder: string): string {
  const hash = createHash('sha256').update(`${folder}\n`)
  hashFolder(folder, '', [realpathSync(folder)], hash)
  return hash.digest('hex')
}

/** Links are followed. What cannot be (to nothing, in a circle) counts by its name: the stage tells of all of them at once. */
function hashFolder(folder: string, prefix: string, above: readonly string[], hash: Hash): void {
  const entries = readdirSync(folder, {withFileTypes: true})
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`
    const name = prefix + entry.name
    const stats = entry.isDirectory() ? undefined : findStats(path)
    if (stats !== undefined && !stats.isDirectory()) {
      hash.update(`${JSON.stringify(name)} ${stats.size} ${stats.mtimeNs}\n`)
      continue
    }
    const real = entry.isDirectory() ? join(above.at(-1)!, entry.name) : stats && realpathSync(path)
    if (real === undefined || above.includes(real)) hash.update(`${JSON.stringify(name)} leads nowhere\n`)
    else hashFolder(path, `${name}/`, [...above, real], hash)
  }
}

/** undefined for a link to nothing or to itself. */
function findStats(path: string): BigIntStats | undefined {
  try {
    return statSync(path, {bigint: true})
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
