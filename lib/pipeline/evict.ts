import {join} from 'node:path'
import {dropOutput} from './commit.ts'
import {didYouMean} from './did-you-mean.ts'
import type {Tell} from './event-log.ts'
import {applyKeep, type MetricAt} from './keep.ts'
import {tryLock} from './lock.ts'
import {findMetrics, findRun, listRuns, type Refs, type RunRecord, readRefs} from './runs.ts'
import {findEntry} from './store.ts'

export interface Eviction {
  readonly artifacts: string
  readonly record: RunRecord
  readonly refs: Refs
  /** The epoch that was just finished. */
  readonly epoch: number
  readonly tell: Tell
}

/**
 * Drops what the run's keep rules let go, unless another run or another node still holds on to it, or somebody reads it just now.
 * Returns the keys of what was dropped.
 */
export async function evict({artifacts, record, refs, epoch, tell}: Eviction): Promise<Set<string>> {
  const metricAt = openMetrics(artifacts)
  const {free} = applyKeep(refs, record.keep, epoch, metricAt(refs))
  const others = listRuns(artifacts).filter((run) => run !== record.run)
  const holders = [
    openHolder(refs, record.keep, [epoch, Number.POSITIVE_INFINITY], metricAt(refs)),
    ...others.map((run) => {
      const theirs = readRefs(artifacts, run)
      return openHolder(theirs, findRun(artifacts, run)?.keep ?? {}, [Number.POSITIVE_INFINITY], metricAt(theirs))
    }),
  ]
  const dropped = new Set<string>()
  for (const {node, key, output} of free) {
    if (holders.some((holds) => holds(key, output))) continue
    const bytes = await drop(artifacts, key, output)
    if (bytes === undefined) continue
    dropped.add(key)
    tell({kind: 'evicted', node, output, bytes})
  }
  return dropped
}

/** A metric that is misspelt, or not computed, would silently keep nothing: said as soon as the first measurement is there. */
export function describeMissingMetrics({artifacts, record: {keep}, refs, epoch}: Omit<Eviction, 'tell'>): string[] {
  return Object.entries(keep).flatMap(([stage, rules]) =>
    Object.entries(rules).flatMap(([output, {best}]) => {
      const key = best === undefined ? undefined : refs[`${best.stage}@${epoch}`]
      const metrics = key === undefined ? undefined : findMetrics(artifacts, key)
      if (best === undefined || metrics === undefined || Object.hasOwn(metrics, best.metric)) return []
      const hint = didYouMean(best.metric, Object.keys(metrics))
      return [`no ${output} of ${stage} is kept as the best one: ${best.stage} has no metric ${best.metric}${hint}`]
    }),
  )
}

type Holds = (key: string, output: string) => boolean

/** Whether a run holds on to an output: under a node without a rule for it, or where the rule chose it at one of the epochs `at`. */
function openHolder(refs: Refs, keep: RunRecord['keep'], at: readonly number[], metricAt: MetricAt): Holds {
  const nodes = new Map<string, string[]>()
  for (const [node, key] of Object.entries(refs)) nodes.set(key, [...(nodes.get(key) ?? []), node])
  const kept = new Set(
    at.flatMap((epoch) => applyKeep(refs, keep, epoch, metricAt).kept).map(({node, output}) => `${node} ${output}`),
  )
  return (key, output) =>
    (nodes.get(key) ?? []).some(
      (node) => keep[node.split('@')[0]!]?.[output] === undefined || kept.has(`${node} ${output}`),
    )
}

function openMetrics(artifacts: string): (refs: Refs) => MetricAt {
  const read = new Map<string, ReturnType<typeof findMetrics>>()
  return (refs) => (stage, metric, epoch) => {
    const key = refs[`${stage}@${epoch}`]
    if (key === undefined) return undefined
    if (!read.has(key)) read.set(key, findMetrics(artifacts, key))
    return read.get(key)?.[metric]
  }
}

/** Bytes let go; undefined where nothing was. */
async function drop(artifacts: string, key: string, output: string): Promise<number | undefined> {
  const entry = findEntry(artifacts, key)
  if (entry.state !== 'present' || entry.dropped.includes(output)) return undefined
  const lock = await tryLock(join(entry.folder, 'manifest.json'), 'exclusive')
  if (lock === undefined) return undefined // a running stage reads it: next time
  try {
    return await dropOutput(entry, output)
  } finally {
    lock.release()
  }
}
