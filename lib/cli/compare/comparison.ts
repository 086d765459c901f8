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
  const metricNames = first.queries.metricNames.filter((name) =>
    contestants.every(({queries}) => queries.metricNames.includes(name)),
  )
  const byMetric = <T>(make: (name: string) => T) => Object.fromEntries(metricNames.map((name) => [name, make(name)]))
  const rows = contestants.map((contestant) => ({
    contestant,
    means: byMetric((name) => {
      const values = valuesOf(contestant, name)
      const [interval] = bootstrapClasses([values], contestant.queries.label, options('mean', name))
      return {mean: meanOf(values, contestant.queries.label).overQueries, interval: interval!}
    }),
    ...(contestant === first
      ? {}
      : {
          differences: byMetric((name) =>
            comparePaired(
              valuesOf(first, name),
              valuesOf(contestant, name),
              first.queries.label,
              options('difference', name),
            ),
          ),
        }),
  }))
  return {metricNames, rows}
}

/** One metric of every query. Tables of the same queries have them in the same order. */
function valuesOf({queries: {id, metricNames, values}}: Contestant, name: string): Float64Array {
  const at = metricNames.indexOf(name)
  return Float64Array.from(id, (_, row) => values[row * metricNames.length + at]!)
}
