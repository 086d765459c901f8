import {findMetrics, findRun, type RunRecord, readRefs} from '../../pipeline/runs.ts'
import {findEntry, type Manifest} from '../../pipeline/store.ts'
import {epochOf} from '../progress/view.ts'
import type {EpochHistory, EpochRow, Metrics} from './row.ts'
import {bestEpoch} from './table.ts'

/** Reads what a run knows of its epochs from the manifests that its references name. */
export async function loadHistory(artifacts: string, run: string): Promise<EpochHistory> {
  const committed = Object.entries(readRefs(artifacts, run)).flatMap((ref) => findCommitted(artifacts, ref))
  const record = findRun(artifacts, run)
  const metricNames = findMetricNames(record, committed)
  const epochs = [...new Set(committed.flatMap(({epoch}) => (epoch === undefined ? [] : [epoch])))].sort(
    (a, b) => a - b,
  )
  const rows = await Promise.all(
    epochs.map((epoch) =>
      gatherRow(
        epoch,
        committed.filter((node) => node.epoch === epoch),
      ),
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
    ...(baseline === undefined ? {} : {baseline}),
  }
}

interface Committed {
  readonly epoch: number | undefined
  readonly manifest: Manifest
  readonly folder: string
  readonly dropped: readonly string[]
  readonly metrics: Metrics | undefined
}

function findCommitted(artifacts: string, [node, key]: [string, string]): Committed[] {
  const entry = findEntry(artifacts, key)
  if (entry.state !== 'present') return []
  const {manifest, folder, dropped} = entry
  return [{epoch: epochOf(node), manifest, folder, dropped, metrics: findMetrics(artifacts, key)}]
}

/** In the order the configuration lists them. */
function findMetricNames(record: RunRecord | undefined, committed: readonly Committed[]): string[] {
  const listed = record?.params.metrics
  if (Array.isArray(listed)) return listed.map(String)
  return Object.keys(committed.find(({metrics}) => metrics !== undefined)?.metrics ?? {})
}

/** The metric by which the run keeps its best epoch. */
function selectingMetric(record: RunRecord | undefined): string | undefined {
  const rules = Object.values(record?.keep ?? {}).flatMap((outputs) => Object.values(outputs))
  return rules.find((rule) => rule.best !== undefined)?.best?.metric
}

async function gatherRow(epoch: number, nodes: readonly Committed[]): Promise<Omit<EpochRow, 'best'>> {
  const training = await findTraining(nodes)
  return {
    epoch,
    metrics: Object.assign({}, ...nodes.map(({metrics}) => metrics)),
    ...training,
    seconds: nodes.reduce((sum, {manifest}) => sum + manifest.seconds, 0),
  }
}

/** Loss and activity from the table of steps, the rate from what the training stage reported. */
async function findTraining(
  nodes: readonly Committed[],
): Promise<Pick<EpochRow, 'loss' | 'activeFraction' | 'imagesPerSecond'>> {
  for (const {manifest, folder, dropped} of nodes) {
    const [name, output] = Object.entries(manifest.outputs).find(([, {kind}]) => kind === 'steps') ?? []
    if (name === undefined || output === undefined || dropped.includes(name)) continue
    const {readSteps} = await import('../../tables/steps.ts')
    const {loss, activeFraction} = await readSteps(`${folder}/${output.file}`)
    const rate = manifest.facts.images_per_second
    return {
      loss: mean(loss),
      activeFraction: mean(activeFraction),
      ...(typeof rate === 'number' ? {imagesPerSecond: rate} : {}),
    }
  }
  return {}
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
