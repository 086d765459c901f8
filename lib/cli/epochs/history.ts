import {findMeasurement, findRun, type Measurement, type RunRecord, readRefs} from '../../pipeline/runs.ts'
import {findEntry, type Manifest} from '../../pipeline/store.ts'
import {epochOf} from '../progress/view.ts'
import type {EpochHistory, EpochRow, Metrics} from './row.ts'
import {bestEpoch} from './table.ts'

/** What search and evaluate make of an epoch later: its time is none of the epoch's. */
const derived = /^(describe-(gallery-)?(train|val|test)(-at-\d+)?|index-(train|val))@/

/** Reads what a run knows of its epochs from the manifests that its references name. */
export function loadHistory(artifacts: string, run: string): EpochHistory {
  const committed = Object.entries(readRefs(artifacts, run)).flatMap((ref) => findCommitted(artifacts, ref))
  const record = findRun(artifacts, run)
  // As files of metrics have them, for what one name in the configuration measures may be several numbers.
  const metricNames = Object.keys(committed.find(({metrics}) => metrics !== undefined)?.metrics ?? {})
  const epochs = [...new Set(committed.flatMap(({epoch}) => (epoch === undefined ? [] : [epoch])))].sort(
    (a, b) => a - b,
  )
  const rows = epochs.map((epoch) =>
    gatherRow(
      epoch,
      committed.filter((node) => node.epoch === epoch),
    ),
  )
  // An epoch counts once it has been measured; the one at work shows up in the live view.
  const measured = rows.filter((row) => Object.keys(row.metrics).length > 0)
  const best = bestEpoch(measured, selectingMetric(record) ?? metricNames[0])
  const baseline = committed.find(({epoch, metrics}) => epoch === undefined && metrics !== undefined)?.metrics
  return {
    run,
    metricNames,
    epochs: measured.map((row) => ({...row, best: row.epoch === best})),
    chosenOnTest: choosesOnTest(record?.params.data),
    ...(baseline === undefined ? {} : {baseline}),
  }
}

interface Committed {
  readonly node: string
  readonly epoch: number | undefined
  readonly manifest: Manifest
  readonly metrics: Metrics | undefined
  readonly sets: Measurement['sets']
}

function findCommitted(artifacts: string, [node, key]: [string, string]): Committed[] {
  const entry = findEntry(artifacts, key)
  if (entry.state !== 'present') return []
  const measured = findMeasurement(artifacts, key)
  return [
    {node, epoch: epochOf(node), manifest: entry.manifest, metrics: measured?.metrics, sets: measured?.sets ?? []},
  ]
}

/** The metric by which the run keeps its best epoch. */
function selectingMetric(record: RunRecord | undefined): string | undefined {
  const rules = Object.values(record?.keep ?? {}).flatMap((outputs) => Object.values(outputs))
  return rules.find((rule) => rule.best !== undefined)?.best?.metric
}

/** Whether the protocol measures the test classes in every epoch: docs/data.md, "Protocols". */
function choosesOnTest(data: unknown): boolean {
  const {protocol, val_share: share} = (data ?? {}) as {readonly protocol?: unknown; readonly val_share?: unknown}
  return share === 0 || (share === undefined && protocol === 'roth')
}

function gatherRow(epoch: number, nodes: readonly Committed[]): Omit<EpochRow, 'best'> {
  const sets = nodes.flatMap((node) => node.sets)
  return {
    epoch,
    metrics: Object.assign({}, ...nodes.map(({metrics}) => metrics)),
    ...(sets.length > 0 && {sets}),
    ...findTraining(nodes),
    seconds: nodes.reduce((sum, {node, manifest}) => sum + (derived.test(node) ? 0 : manifest.seconds), 0),
  }
}

/** What the training stage reported about itself; reading it costs less than the table of steps that it sums up. */
function findTraining(nodes: readonly Committed[]): Pick<EpochRow, 'loss' | 'activeFraction' | 'imagesPerSecond'> {
  const facts = nodes.find(({manifest}) => typeof manifest.facts.loss === 'number')?.manifest.facts ?? {}
  const number = (fact: string) => (typeof facts[fact] === 'number' ? facts[fact] : undefined)
  const [loss, activeFraction, imagesPerSecond] = [
    number('loss'),
    number('active_fraction'),
    number('images_per_second'),
  ]
  return {
    ...(loss === undefined ? {} : {loss}),
    ...(activeFraction === undefined ? {} : {activeFraction}),
    ...(loss === undefined || imagesPerSecond === undefined ? {} : {imagesPerSecond}),
  }
}
