import {existsSync} from 'node:fs'
import {readFile, statfs} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {shell} from './shell.ts'

/** What is about to be done, and so which tools it takes. */
export interface Needs {
  /** Free bytes wanted in the cache folder; 0 when nothing is to be downloaded. */
  readonly downloadBytes: number
  readonly build: boolean
}

/** Everything about this machine that would make the set-up fail, one sentence each with the way out; empty when all is well. */
export async function findProblems(needs: Needs, cache: string): Promise<string[]> {
  const download = needs.downloadBytes > 0
  const found = await Promise.all([
    checkNode(process.versions.node),
    checkPlatform(),
    checkProcessor(await readFile('/proc/cpuinfo', 'utf8').catch(() => '')),
    download && checkTool('flock', ['flock', '--version'], 'guards the cache folder', 'util-linux'),
    download && checkTool('pip', ['python3', '-m', 'pip', '--version'], 'downloads TensorFlow', 'python3-pip'),
    download && checkSpace(await freeBytes(cache), needs.downloadBytes, cache),
    needs.build && checkProjectPath(resolve(import.meta.dirname, '..')),
    needs.build && checkTool('python3', ['python3', '--version'], 'runs node-gyp', 'python3'),
    needs.build && checkTool('make', ['make', '--version'], 'builds the addons', 'make'),
    needs.build && checkTool('a C++ compiler', [process.env.CXX ?? 'g++', '--version'], 'builds the addons', 'g++'),
  ])
  return found.filter((problem) => typeof problem === 'string')
}

export function checkNode(version: string): string | undefined {
  const major = Number(version.split('.')[0])
  if (major >= 20 && major < 25) return undefined
  return `Node must be 20, 22 or 24, this is ${version}. Install one of these.`
}

/** The wheels hold x86-64 libraries for glibc that start with AVX instructions: anything else aborts without a message. */
export function checkProcessor(cpuinfo: string): string | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ')
  if (flags === undefined || flags.includes('avx')) return undefined
  return 'The processor has no AVX (/proc/cpuinfo), which TensorFlow needs. Use another machine; a virtual machine may need its CPU type set to "host".'
}

/** The makefiles that node-gyp writes do not quote paths. */
export function checkProjectPath(folder: string): string | undefined {
  if (!/\s/.test(folder)) return undefined
  return `The project lies in "${folder}", and node-gyp cannot build in a path with spaces. Move it.`
}

export function checkSpace(free: number, wanted: number, folder: string): string | undefined {
  if (free >= wanted) return undefined
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2)
  return `${folder} has ${gigabytes(free)} GB free, staging TensorFlow takes ${gigabytes(wanted)} GB. Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.`
}

function checkPlatform(): string | undefined {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined
  return `TensorFlow's library is taken from wheels for Linux on x86-64, this is ${process.platform} on ${process.arch}. Use such a machine or container.`
}

async function checkTool(
  name: string,
  command: string[],
  purpose: string,
  debian: string,
): Promise<string | undefined> {
  const answer = await shell()`${command}`
  if (answer.exitCode === 0) return undefined
  const said = answer.stderr.trim().split('\n').at(-1)
  return `${name} is missing: \`${command.join(' ')}\` says "${said}". It ${purpose}; install it (Debian, Ubuntu: apt install ${debian}).`
}

async function freeBytes(folder: string): Promise<number> {
  const existing = existsSync(folder) ? folder : dirname(folder)
  if (existing === folder || existsSync(existing)) {
    const {bavail, bsize} = await statfs(existing)
    return bavail * bsize
  }
  return freeBytes(existing)
}
