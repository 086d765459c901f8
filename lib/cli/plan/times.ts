import {listRuns, readRefs} from '../../pipeline/runs.ts'
import {findEntry} from '../../pipeline/store.ts'
import {epochOf, stageOf} from '../progress/view.ts'

// The newest epochs tell enough, and a long history would make `plan` slow.
const samples = 3

/** Seconds that each stage took, by name: mean of its newest epochs in this run, else in another. */
export function loadTimes(artifacts: string, run: string): ReadonlyMap<string, number> {
  const others = listRuns(artifacts).filter((name) => name !== run)
  const times = new Map<string, number>()
  for (const name of [run, ...others]) {
    const keys = newestKeys(readRefs(artifacts, name))
    for (const [stage, list] of keys) {
      if (times.has(stage)) continue
      const entries = list.map((key) => findEntry(artifacts, key))
      const seconds = entries.flatMap((entry) => (entry.state === 'present' ? [entry.manifest.seconds] : []))
      if (seconds.length > 0) times.set(stage, seconds.reduce((sum, value) => sum + value, 0) / seconds.length)
    }
  }
  return times
}

function newestKeys(refs: Readonly<Record<string, string>>): Map<string, string[]> {
  const sorted = Object.entries(refs).sort(([a], [b]) => (epochOf(b) ?? 0) - (epochOf(a) ?? 0))
  const keys = new Map<string, string[]>()
  for (const [node, key] of sorted) {
    const list = keys.get(stageOf(node)) ?? []
    if (list.length < samples) keys.set(stageOf(node), [...list, key])
  }
  return keys
}
