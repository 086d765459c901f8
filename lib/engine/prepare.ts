// Imported before TensorFlow (tensorflow.ts): finds a broken set-up while it can still be told, and sets what the library
// reads once, when it is loaded.
import {closeSync, existsSync, openSync, readFileSync, readSync, statSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {UserError} from '../user-error.ts'
import {threadCount} from './numerics.ts'

prepareTensorflow()

function prepareTensorflow(): void {
  checkProcessor()
  checkLibraries(join(packageFolder(), 'deps', 'lib'))
  checkAddon(join(packageFolder(), 'lib', 'napi-v8', 'tfjs_binding.node'))
  setEnvironment()
  restoreUtil()
}

/** TensorFlow's wheels are built for AVX and abort without a message elsewhere. */
function checkProcessor(): void {
  if (process.arch !== 'x64' || !existsSync('/proc/cpuinfo')) return
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]
  if (flags !== undefined && !flags.split(' ').includes('avx')) {
    throw new UserError(
      "TensorFlow needs a processor with AVX; this machine's has none (/proc/cpuinfo). Use another machine.",
    )
  }
}

function packageFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
}

function checkLibraries(folder: string): void {
  const problems = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'].flatMap((name) =>
    checkLibrary(join(folder, name)),
  )
  if (problems.length > 0)
    throw new UserError(`TensorFlow's library is not usable:\n${problems.join('\n')}\nRun \`make setup\`.`)
}

/** A truncated library kills Node with SIGBUS when it is loaded; its section table is at the end, so its place tells the size. */
function checkLibrary(path: string): string[] {
  if (!existsSync(path)) return [`  ${path} is missing`]
  const header = Buffer.alloc(64)
  const file = openSync(path, 'r')
  const read = readSync(file, header)
  closeSync(file)
  if (read < 64 || header.readUInt32BE(0) !== 0x7f454c46) return [`  ${path} is not a shared library`]
  const expected = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60)
  const bytes = statSync(path).size
  return bytes < expected ? [`  ${path} is cut short: ${bytes} of at least ${expected} bytes`] : []
}

function checkAddon(path: string): void {
  if (!existsSync(path))
    throw new UserError(`TensorFlow's Node addon is not built (${path} is missing). Run \`make setup\`.`)
}

/** Results of oneDNN depend on the number of threads, so it is set, never guessed by the library. */
function setEnvironment(): void {
  const threads = threadCount()
  if (!/^[1-9]\d*$/.test(threads)) {
    throw new UserError(`NEARMISS_THREADS must be a whole number from 1, got "${threads}". Unset it for all cores.`)
  }
  process.env.TF_NUM_INTRAOP_THREADS = threads
  process.env.TF_NUM_INTEROP_THREADS = threads
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
}

/** tfjs 4.22 calls two functions that Node 22 warns of and 23 removed; the fix was merged but never released (tfjs #8425). */
function restoreUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined
  util.isArray = Array.isArray
}
