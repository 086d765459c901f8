import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {mkdir, open, readdir} from 'node:fs/promises'
import {basename, dirname, join} from 'node:path'
import {text} from 'node:stream/consumers'
import {pipeline} from 'node:stream/promises'
import {type Entry, openPromise, type ZipFile} from 'yauzl'
import {UserError} from '../lib/user-error.ts'
import type {Wheel} from './distribution.ts'
import {shell} from './shell.ts'

/** Size in bytes and sha256 (hex) of a file, as a wheel's RECORD and our manifest state them. */
export interface FileRecord {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Downloads a wheel with pip into an empty folder and returns its path.
 * @throws UserError when pip fails (with its own last words) or the file is not the pinned one.
 */
export async function downloadWheel(wheel: Wheel, folder: string): Promise<string> {
  const platforms = ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_27_x86_64']
  const target = ['--python-version', '312', '--implementation', 'cp', '--abi', 'cp312', '--abi', 'none']
  const options = ['--quiet', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--retries', '2', ...target]
  // pip keeps what it downloads in TMPDIR first, which may be a small disk in memory.
  const environment = {...process.env, TMPDIR: folder}
  const download = await shell({
    env: environment,
  })`python3 -m pip download ${options} ${platforms.flatMap((name) => ['--platform', name])} --dest ${folder} ${wheel.requirement}`
  if (download.exitCode !== 0) throw new UserError(explainPip(wheel.requirement, download.stderr))
  const path = join(folder, (await readdir(folder)).find((name) => name.endsWith('.whl')) ?? '')
  const sha256 = await hashFile(path)
  if (sha256 === wheel.sha256) return path
  throw new UserError(
    `The wheel that pip downloaded is not the pinned one: ${basename(path)} has sha256 ${sha256}, expected ${wheel.sha256}. ` +
      'A download that was cut short or a mirror that changed it does this. Run `make setup` again; if it stays, check the package index that pip is set to.',
  )
}

/** What pip said, and what it usually means. */
export function explainPip(requirement: string, stderr: string): string {
  const said = stderr.split('\n').filter((line) => /^(error|warning)/i.test(line))
  const last = [...new Set(said)].slice(-3).join('\n  ') || stderr.trim().split('\n').slice(-3).join('\n  ')
  const advice = /no space left/i.test(stderr)
    ? 'Free some space there, or set XDG_CACHE_HOME to a folder on a larger disk.'
    : /no matching distribution/i.test(stderr) && !/connection|retry|resolve|network/i.test(stderr)
      ? 'The package index that pip is set to does not have it: use one that mirrors the public index.'
      : 'Is the network up? Behind a proxy, set HTTPS_PROXY or pip’s own settings; then run `make setup` again.'
  return `pip could not download ${requirement}:\n  ${last}\n${advice}`
}

/**
 * Unpacks what `wheel.place` names below a folder and returns the records of these files, keyed by their new path.
 * Every file is compared with the wheel's own RECORD while it is written, and is on disk (fsync) when this returns.
 */
export async function unpackWheel(path: string, wheel: Wheel, folder: string): Promise<Record<string, FileRecord>> {
  const zip = await openPromise(path, {autoClose: false})
  try {
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) entries.push(entry)
    const record = parseRecord(await readRecord(zip, entries))
    const placed: Record<string, FileRecord> = {}
    for (const entry of entries) {
      const place = entry.fileName.endsWith('/') ? undefined : wheel.place(entry.fileName)
      if (place === undefined) continue
      const expected = record.get(entry.fileName)
      const written = await unpackEntry(zip, entry, join(folder, place))
      if (written.sha256 !== expected?.sha256)
        throw new UserError(`${entry.fileName} in ${basename(path)} is damaged. Run \`make setup\` again.`)
      placed[place] = written
    }
    return placed
  } finally {
    zip.close()
  }
}

/** Reads a wheel's RECORD (PEP 376): `path,sha256=<base64url>,bytes` a line; the line of RECORD itself has no hash. */
export function parseRecord(content: string): Map<string, FileRecord> {
  const files = new Map<string, FileRecord>()
  for (const line of content.split(/\r?\n/)) {
    const [, quoted, plain, hash, bytes] = /^(?:"((?:[^"]|"")*)"|([^,]*)),sha256=([\w-]+),(\d+)$/.exec(line) ?? []
    if (hash === undefined) continue
    const sha256 = Buffer.from(hash, 'base64url').toString('hex')
    files.set(quoted?.replaceAll('""', '"') ?? plain!, {sha256, bytes: Number(bytes)})
  }
  return files
}

/** sha256 of a file, in hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, {highWaterMark: 1 << 20}), hash)
  return hash.digest('hex')
}

async function readRecord(zip: ZipFile, entries: readonly Entry[]): Promise<string> {
  const entry = entries.find(({fileName}) => /^[^/]+\.dist-info\/RECORD$/.test(fileName))
  return entry === undefined ? '' : text(await zip.openReadStreamPromise(entry))
}

async function unpackEntry(zip: ZipFile, entry: Entry, path: string): Promise<FileRecord> {
  await mkdir(dirname(path), {recursive: true})
  const executable = (entry.externalFileAttributes >>> 16) & 0o111
  const file = await open(path, 'wx', executable ? 0o755 : 0o644)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(await zip.openReadStreamPromise(entry), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk)
        bytes += chunk.length
        await file.writeFile(chunk)
      }
    })
    await file.sync()
  } finally {
    await file.close()
  }
  return {bytes, sha256: hash.digest('hex')}
}
