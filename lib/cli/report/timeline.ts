import type {Histogram, Scalar} from '../../report/tensorboard/events.ts'
import {type QueriesTable, readQueries} from '../../tables/queries.ts'
import {readSteps, type StepsTable} from '../../tables/steps.ts'
import {UserError} from '../../user-error.ts'
import type {StoredNode} from './artifacts.ts'
import {type Measurement, readMeasurement} from './measurement.ts'

/** Every number of a run with the time when it was computed: metrics by epoch, training by step. */
export interface Timeline {
  readonly scalars: readonly Scalar[]
  readonly histograms: readonly Histogram[]
}

/** Reads the timeline of a run from its metrics, queries and steps. */
export async function gatherTimeline(nodes: readonly StoredNode[]): Promise<Timeline> {
  const scalars: Scalar[] = []
  const histograms: Histogram[] = []
  let stepsBefore = 0
  for (const node of nodes) {
    if (node.epoch === undefined) continue
    const at = {step: node.epoch, time: endOf(node)}
    scalars.push(...scalarsOfMeasurement(readMeasurement(node.files.metrics), splitOf(node), at))
    histograms.push(...spreadOfQueries(await readIfThere(node.files.queries, readQueries), splitOf(node), at))
    const steps = await readIfThere(node.files.steps, readSteps)
    if (steps === undefined) continue
    scalars.push(...scalarsOfSteps(steps, stepsBefore, node), ...scalarsOfEpoch(steps, at))
    histograms.push(...spreadOfSteps(steps, at))
    stepsBefore += steps.step.length
  }
  return {scalars, histograms}
}

type At = Pick<Scalar, 'step' | 'time'>

/** Every metric, and where test sets have names every metric of each set. */
function scalarsOfMeasurement(measurement: Measurement | undefined, split: string, at: At): Scalar[] {
  if (measurement === undefined) return []
  const parts = [
    {tag: split, metrics: measurement.metrics},
    ...measurement.sets.map(({name, metrics}) => ({tag: `${split}/${name}`, metrics})),
  ]
  return parts.flatMap(({tag, metrics}) =>
    Object.entries(metrics).map(([name, {value}]) => ({tag: `${tag}/${name}`, ...at, value})),
  )
}

const measured = {
  loss: 'loss',
  active_fraction: 'activeFraction',
  positive_distance: 'positiveDistance',
  negative_distance: 'negativeDistance',
  gradient_norm: 'gradientNorm',
  learning_rate: 'lr',
} as const satisfies Record<string, keyof StepsTable>

/** Every training step at its place in the whole run; times are spread evenly over the epoch's training. */
function scalarsOfSteps(steps: StepsTable, before: number, node: StoredNode): Scalar[] {
  const {length} = steps.step
  const [end, {seconds}] = [endOf(node), node.manifest]
  return Object.entries(measured).flatMap(([name, column]) =>
    Array.from(steps[column], (value, row) => ({
      tag: `step/${name}`,
      step: before + row,
      time: end - seconds * (1 - (row + 1) / length),
      value,
    })).filter(({value}) => Number.isFinite(value)),
  )
}

/** Means over the steps that have the number. */
function scalarsOfEpoch(steps: StepsTable, at: At): Scalar[] {
  return Object.entries(measured).flatMap(([name, column]) => {
    const finite = steps[column].filter(Number.isFinite)
    if (finite.length === 0) return []
    return [{tag: `epoch/${name}`, ...at, value: finite.reduce((sum, value) => sum + value, 0) / finite.length}]
  })
}

function spreadOfSteps(steps: StepsTable, at: At): Histogram[] {
  return Object.entries(measured).map(([name, column]) => ({
    tag: `step/${name}`,
    ...at,
    values: steps[column].filter(Number.isFinite),
  }))
}

/** How far the nearest image is, of queries that are right and of those that are wrong. */
function spreadOfQueries(queries: QueriesTable | undefined, split: string, at: At): Histogram[] {
  if (queries === undefined) return []
  const {nearestDistance, precisionAt1, mapAtR} = queries
  const distances = (right: number) => nearestDistance.filter((_, row) => precisionAt1[row] === right)
  return [
    {tag: `${split}/nearest_distance_when_right`, ...at, values: distances(1)},
    {tag: `${split}/nearest_distance_when_wrong`, ...at, values: distances(0)},
    {tag: `${split}/map_at_r_of_queries`, ...at, values: mapAtR.filter(Number.isFinite)},
  ]
}

function splitOf({manifest}: StoredNode): string {
  return String(manifest.record.values.split ?? 'measured')
}

/** Seconds since 1970 when a node was done. */
function endOf({manifest}: StoredNode): number {
  return Date.parse(manifest.startedAt) / 1000 + manifest.seconds
}

/** A table of another version is passed over, as in the report. */
async function readIfThere<T>(file: string | undefined, read: (file: string) => Promise<T>): Promise<T | undefined> {
  if (file === undefined) return undefined
  try {
    return await read(file)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
