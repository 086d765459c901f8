import {meanOf} from '../../metrics/measure.ts'
import {bootstrapClasses, type Interval} from '../../metrics/statistics/bootstrap.ts'
import {comparePaired, type PairedDifference} from '../../metrics/statistics/paired.ts'
import {openRandom} from '../../random.ts'
import type {Contestant} from './contestant.ts'

/** What is known of several measurements of the same queries. */
export interface Comparison {
  /** Those that all of them have. */
  readonly metricNames: readonly string[]
  readonly rows: readonly {
    readonly contestant: Contestant
    /** By metric. */
    readonly means: Readonly<Record<string, {readonly mean: number; readonly interval: Interval}>>
    /** Less the first one; absent for the first. */
    readonly differences?: Readonly<Record<string, PairedDifference>>
  }[]
}

const options = (...name: (string | number)[]) => ({
  resamples: 1000,
  level: 0.95,
  random: openRandom('compare', ...name),
})

/** Means with intervals over classes, and each measurement's paired difference from the first one. */
export function compareAll(contestants: readonly Contestant[]): Comparison {
  const [first] = contestants as [Contestant]
  const common = first.queries.metricNames.filter((name) =>
    contestants.every(({queries}) => queries.metricNames.includes(name)),
  )
  // An image may ask in several test sets, so each is compared by itself.
  const sets = [...new Set(first.queries.set)]
  const columns = sets.flatMap((set) =>
    common.map((metric) => ({set, metric, name: sets.length > 1 ? `${set} ${metric}` : metric})),
  )
  const byMetric = <T>(make: (column: MetricColumn) => T) =>
    Object.fromEntries(columns.map((column) => [column.name, make(column)]))
  const rows = contestants.map((contestant) => ({
    contestant,
    means: byMetric((column) => {
      const {values, label} = valuesOf(contestant, column)
      const [interval] = bootstrapClasses([values], label, options('mean', column.name))
      return {mean: meanOf(values, label).overQueries, interval: interval!}
    }),
    ...(contestant === first
      ? {}
      : {
          differences: byMetric((column) => {
            const {values, label} = valuesOf(first, column)
            const other = valuesOf(contestant, column).values
            return comparePaired(values, other, label, options('difference', column.name))
          }),
        }),
  }))
  return {metricNames: columns.map(({name}) => name), rows}
}

interface MetricColumn {
  readonly set: string
  readonly metric: string
  /** With the test set before it, where there are several. */
  readonly name: string
}

/** One metric of every query of a test set, and their classes. Tables of the same queries have them in the same order. */
function valuesOf({queries}: Contestant, {set, metric}: MetricColumn): {values: Float64Array; label: Int32Array} {
  const {metricNames, values, label} = queries
  const at = metricNames.indexOf(metric)
  const rows = Array.from(label.keys()).filter((row) => queries.set[row] === set)
  return {
    values: Float64Array.from(rows, (row) => values[row * metricNames.length + at]!),
    label: Int32Array.from(rows, (row) => label[row]!),
  }
}
