import {conventions} from '../../lib/metrics/conventions.ts'
import {meanOf} from '../../lib/metrics/measure.ts'
import {measuredNames} from '../../lib/metrics/names.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {bootstrapClasses, bootstrapQueries, type Interval} from '../../lib/metrics/statistics/bootstrap.ts'
import {openRandom} from '../../lib/random.ts'
import type {Retrieval} from './retrieval.ts'
import type {Numbers} from './space.ts'
import type {TestSet} from './test-set.ts'

/** What was measured in one test set. */
export interface Measured {
  readonly set: TestSet
  readonly retrieval: Retrieval
  readonly others: readonly Numbers[]
}

/** Everything measured together with how it was measured: metrics.json. Of several test sets the numbers are means over sets. */
export function describeMetrics(
  measured: readonly Measured[],
  origin: Readonly<Record<string, unknown>>,
  spec: MetricsSpec,
) {
  const rules = conventions[spec.convention]
  const parts = measured.map((one) => ({name: one.set.name, ...describeSet(one, spec)}))
  const [first] = parts
  if (first === undefined) throw new Error('there is no test set')
  const {name, ...only} = first
  const names = Object.keys(first.metrics)
  const mean = (name: string) => parts.reduce((sum, {metrics}) => sum + metrics[name]!, 0) / parts.length
  return {
    ...(parts.length === 1
      ? {...(name === '' ? {} : {set: name}), ...only}
      : {metrics: Object.fromEntries(names.map((name) => [name, mean(name)])), sets: parts}),
    ...origin,
    convention: spec.convention,
    source: rules.source,
    rules: {
      self: rules.self === 'by-id' ? 'removed by its id' : 'the first column of the ranking is dropped',
      ties: 'by ascending id',
      lone: rules.withoutRelevant === 'left-out' ? 'left out of means' : 'counted as 0',
    },
    k: spec.k,
    depth: spec.depth,
    descriptors: spec.descriptors,
    bootstrap: spec.bootstrap,
  }
}

function describeSet({set: {queries, references}, retrieval: {relevant, chosen}, others}: Measured, spec: MetricsSpec) {
  const lone = relevant.filter((count) => count === 0).length
  const isLeftOut = conventions[spec.convention].withoutRelevant === 'left-out'
  const details = describeMeans(chosen, queries.label, spec)
  // Expanded queries are other vectors of the same images.
  const isWithin = queries.id === references.id
  const found: Readonly<Record<string, number>> = {
    ...Object.fromEntries(details.map(([name, {over_queries}]) => [name, over_queries])),
    ...Object.assign({}, ...others.map(({numbers}) => numbers)),
  }
  return {
    // In the order in which they were asked for, and no others.
    metrics: Object.fromEntries(measuredNames(spec).map((name) => [name, found[name]!])),
    details: Object.fromEntries(details),
    gallery: isWithin ? 'every image queries all others' : 'queries look among the images of a gallery',
    queries: queries.id.length - (isLeftOut ? lone : 0),
    lone,
    references: references.id.length,
    classes: new Set(queries.label).size,
    ...Object.assign({}, ...others.map(({facts}) => facts)),
  }
}

interface Detail {
  readonly over_queries: number
  readonly over_classes: number
  readonly queries: number
  readonly classes: number
  /** Percentile intervals of the mean over queries, drawing queries and drawing classes. */
  readonly interval_over_queries?: Interval
  readonly interval_over_classes?: Interval
}

function describeMeans(values: Retrieval['chosen'], label: Int32Array, spec: MetricsSpec): [string, Detail][] {
  const columns = [...values.values()]
  const intervals = spec.bootstrap === null ? undefined : drawIntervals(columns, label, spec.bootstrap)
  return [...values].map(([name, column], i) => {
    const {queries, classes, overQueries, overClasses} = meanOf(column, label)
    return [
      name,
      {
        over_queries: overQueries,
        over_classes: overClasses,
        queries,
        classes,
        ...(intervals && {
          interval_over_queries: intervals.queries[i]!,
          interval_over_classes: intervals.classes[i]!,
        }),
      },
    ]
  })
}

function drawIntervals(columns: Float64Array[], label: Int32Array, options: NonNullable<MetricsSpec['bootstrap']>) {
  const draw = (name: string) => ({...options, random: openRandom(options.seed, 'evaluate', name)})
  return {
    queries: bootstrapQueries(columns, draw('queries')),
    classes: bootstrapClasses(columns, label, draw('classes')),
  }
}
