import {readFileSync, realpathSync} from 'node:fs'
import {createRequire} from 'node:module'
import {availableParallelism} from 'node:os'
import {basename, dirname, join} from 'node:path'

/** Vector extensions for which oneDNN and Eigen choose other kernels, and so other roundings. */
const extensions = [
  'avx2',
  'fma',
  'avx512f',
  'avx512_vnni',
  'avx512_bf16',
  'avx512_fp16',
  'avx_vnni',
  'amx_bf16',
  'amx_tile',
]

/**
 * What the bits of a result depend on besides its inputs, told without loading TensorFlow: the library (by its staged
 * folder's name, which says version and CPU or GPU), the processor's vector extensions and the number of threads.
 */
export function describeNumerics(): Readonly<Record<string, string>> {
  return {tensorflow: stagedLibrary(), instructions: instructionSet(), threads: threadCount()}
}

/** Threads that TensorFlow may use: NEARMISS_THREADS, or all cores. */
export function threadCount(): string {
  return process.env.NEARMISS_THREADS ?? String(availableParallelism())
}

function stagedLibrary(): string {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
  try {
    return basename(realpathSync(join(packageFolder, 'deps')))
  } catch {
    return 'absent' // the stage itself then says what to do
  }
}

function instructionSet(): string {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
  return extensions.filter((extension) => flags.includes(extension)).join(' ') || process.arch
}
