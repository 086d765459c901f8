import {execFile} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'
import {statfs} from 'node:fs/promises'
import {availableParallelism, freemem, totalmem} from 'node:os'
import {promisify} from 'node:util'
import type {Project} from '../project.ts'
import {formatBytes, formatPlural} from '../text/number.ts'
import type {Finding} from './finding.ts'

const run = promisify(execFile)

// An epoch of ResNet18 keeps some 135 MB; below this a demo run ends in "disk full".
const enoughDiskBytes = 2e9
// Training ResNet18 at 224 pixels needs about this much; the demo less.
const enoughMemoryBytes = 3e9

/** Node, npm, flock, processor, memory and disk. */
export function checkMachine(project: Project): Promise<Finding[]> {
  return Promise.all([checkNode(), checkNpm(), checkFlock(), checkProcessor(), checkMemory(), checkDisk(project)])
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  const found = `${process.version} (${process.platform} ${process.arch})`
  const what = 'Node.js'
  return major >= 20 && major < 25 ? {what, found} : {what, found, advice: 'Use Node 20, 22 or 24.'}
}

async function checkNpm(): Promise<Finding> {
  const version = await versionOf('npm')
  if (version === undefined) return {what: 'npm', found: 'not found', advice: 'Install npm: it comes with Node.js.'}
  const isOld = Number(version.split('.')[0]) < 10
  return {what: 'npm', found: version, ...(isOld ? {advice: 'Use npm 10 or newer: npm install --global npm@10'} : {})}
}

async function checkFlock(): Promise<Finding> {
  const version = await versionOf('flock')
  if (version !== undefined) return {what: 'flock', found: version}
  return {what: 'flock', found: 'not found', advice: 'Install util-linux: runs are locked with flock(1).'}
}

function checkProcessor(): Finding {
  const what = 'processor'
  const cores = formatPlural(availableParallelism(), 'core')
  if (!existsSync('/proc/cpuinfo')) return {what, found: `${cores}, instruction set unknown`}
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' ') ?? []
  const vectors = ['avx', 'avx2', 'avx512f', 'avx512_bf16', 'amx_bf16'].filter((flag) => flags.includes(flag))
  const found = `${cores}, ${vectors.join(' ') || 'no AVX'}`
  return vectors.includes('avx') ? {what, found} : {what, found, advice: 'TensorFlow needs AVX. Use another machine.'}
}

function checkMemory(): Finding {
  const found = `${formatBytes(totalmem())}, ${formatBytes(freemem())} free`
  const advice = `Less than ${formatBytes(enoughMemoryBytes)}: use a narrower model (model.width) and smaller batches.`
  return {what: 'memory', found, ...(totalmem() < enoughMemoryBytes ? {advice} : {})}
}

async function checkDisk(project: Project): Promise<Finding> {
  const {bavail, bsize} = await statfs(existsSync(project.artifacts) ? project.artifacts : project.root)
  const free = bavail * bsize
  const advice = `Less than ${formatBytes(enoughDiskBytes)}: make room, or mount a bigger disk at ${project.artifacts}.`
  return {
    what: 'disk',
    found: `${formatBytes(free)} free at ${project.root}`,
    ...(free < enoughDiskBytes ? {advice} : {}),
  }
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    return (await run(command, ['--version'])).stdout.trim()
  } catch {
    // Not installed, or not allowed to run: either way it is not there for us.
    return undefined
  }
}
