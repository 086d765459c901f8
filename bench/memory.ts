import {readdirSync, readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'

/** Largest sums over a process and its descendants at one moment, in MB. */
export interface PeakMemory {
  /** Resident memory as every process counts it: pages that several share count several times. */
  rssMb: number
  /** Each page divided by the number of processes that share it: what the machine really spends. */
  pssMb: number
  /** The part of `pssMb` that is no file: without libraries and mapped data. */
  anonymousMb: number
  samples: number
}

const shortestPauseMs = 100
const longestPauseMs = 1000

// The kernel walks all pages for smaps_rollup while the process waits for memory, so a large process is asked less often.
const shareOfTimeSampling = 0.02

/** Samples the memory of a process tree until the signal; the same sampler for us and for our peers. */
export async function samplePeakMemory(rootPid: number, signal: AbortSignal): Promise<PeakMemory> {
  const peak: PeakMemory = {rssMb: 0, pssMb: 0, anonymousMb: 0, samples: 0}
  while (!signal.aborted) {
    const started = performance.now()
    const now = memoryOfTree(rootPid)
    peak.rssMb = Math.max(peak.rssMb, now.rssMb)
    peak.pssMb = Math.max(peak.pssMb, now.pssMb)
    peak.anonymousMb = Math.max(peak.anonymousMb, now.anonymousMb)
    peak.samples++
    const pauseMs = Math.min(
      longestPauseMs,
      Math.max(shortestPauseMs, (performance.now() - started) / shareOfTimeSampling),
    )
    // An aborted pause is the end that was asked for.
    await sleep(pauseMs, undefined, {signal}).catch(() => undefined)
  }
  return peak
}

function memoryOfTree(rootPid: number): Omit<PeakMemory, 'samples'> {
  const sum = {rssMb: 0, pssMb: 0, anonymousMb: 0}
  for (const pid of processTree(rootPid)) {
    const rollup = readProcess(pid, 'smaps_rollup')
    sum.rssMb += megabytes(rollup, 'Rss')
    sum.pssMb += megabytes(rollup, 'Pss')
    sum.anonymousMb += megabytes(rollup, 'Pss_Anon')
  }
  return sum
}

function processTree(rootPid: number): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]))
  const tree = [rootPid]
  for (const pid of tree) tree.push(...all.filter((other) => parents.get(other) === pid))
  return tree
}

/** The second number after the command's name, which may hold spaces and parentheses. */
function parentOf(pid: number): number {
  const stat = readProcess(pid, 'stat')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

/** A process may end between being listed and being read: it then counts nothing. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function megabytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) / 1024
}
