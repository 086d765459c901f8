import {nodeId} from './graph.ts'
import type {KeepRule} from './pipeline-file.ts'
import type {Refs, RunRecord} from './runs.ts'

/** An output of a node in a run. */
export interface Kept {
  readonly node: string
  readonly key: string
  readonly output: string
}

/** A metric of a stage at an epoch, undefined when it is not measured. */
export type MetricAt = (stage: string, metric: string, epoch: number) => number | undefined

/**
 * Splits the outputs under keep rules: those whose rule holds on to them when the run is at epoch `at`, and the others.
 * Epochs after `at` (left from before the code changed, say) have no claim.
 */
export function applyKeep(
  refs: Refs,
  keep: RunRecord['keep'],
  at: number,
  metricAt: MetricAt,
): {kept: Kept[]; free: Kept[]} {
  const [kept, free]: [Kept[], Kept[]] = [[], []]
  for (const [stage, rules] of Object.entries(keep)) {
    for (const [output, rule] of Object.entries(rules)) {
      const epochs = epochsOf(stage, refs)
      const chosen = chooseEpochs(
        rule,
        epochs.filter((epoch) => epoch <= at),
        metricAt,
      )
      for (const epoch of epochs) {
        const node = nodeId(stage, epoch)
        const list = chosen.has(epoch) ? kept : free
        list.push({node, key: refs[node]!, output})
      }
    }
  }
  return {kept, free}
}

/** The newest `last` epochs and the best one; of equals the earliest. */
export function chooseEpochs({last, best}: KeepRule, epochs: readonly number[], metricAt: MetricAt): Set<number> {
  const sorted = [...epochs].sort((a, b) => a - b)
  const chosen = new Set(last === undefined ? [] : sorted.slice(-last))
  if (best === undefined) return chosen
  let top = Number.NEGATIVE_INFINITY
  let winner: number | undefined
  for (const epoch of sorted) {
    const value = metricAt(best.stage, best.metric, epoch)
    if (value === undefined || !(value > top)) continue
    top = value
    winner = epoch
  }
  if (winner !== undefined) chosen.add(winner)
  return chosen
}

function epochsOf(stage: string, refs: Refs): number[] {
  return Object.keys(refs).flatMap((node) =>
    node.startsWith(`${stage}@`) ? [Number(node.slice(stage.length + 1))] : [],
  )
}
