import {mapAtR} from './map-at-r.ts'
import type {QueryMetric} from './metric.ts'
import {precisionAt1} from './precision-at-1.ts'
import {rPrecision} from './r-precision.ts'

const metrics = {
  precision_at_1: precisionAt1,
  r_precision: rPrecision,
  map_at_r: mapAtR,
} satisfies Record<string, QueryMetric>

export type MetricName = keyof typeof metrics

/** A set whose items query each other. */
export interface Ranking {
  readonly id: Int32Array
  readonly label: Int32Array
  /** [items, k] ids of the nearest others, nearest first, filled up with -1; k is at least `neighboursNeeded`. */
  readonly neighbours: Int32Array
  readonly k: number
}

export interface Measures {
  /** Other items of the query's class; 0 for a lone query. */
  readonly relevant: Int32Array
  /** Per query, NaN for a lone one. */
  readonly perQuery: Readonly<Record<MetricName, Float64Array>>
  /** Means over the queries that are not alone; NaN if all are. */
  readonly mean: Readonly<Record<MetricName, number>>
  /** Number of lone queries. */
  readonly lone: number
}

/** How many neighbours of every item the metrics look at: the others of the largest class. */
export function neighboursNeeded(label: Int32Array): number {
  return countRelevant(label).reduce((most, relevant) => Math.max(most, relevant), 1)
}

/**
 * Measures retrieval inside a set by the convention of pytorch-metric-learning 2.8.1: every item queries all others, itself
 * removed by its id; items alone in their class are left out of the means and counted.
 */
export function measure(ranking: Ranking): Measures {
  const relevant = countRelevant(ranking.label)
  const hits = findHits(ranking)
  const perQuery = mapMetrics((metric) =>
    Float64Array.from(relevant, (count, query) => {
      const row = hits.subarray(query * ranking.k, (query + 1) * ranking.k)
      return count === 0 ? Number.NaN : metric(row, count)
    }),
  )
  return {
    relevant,
    perQuery,
    mean: mapMetrics((_, name) => meanOverQueries(perQuery[name])),
    lone: relevant.filter((count) => count === 0).length,
  }
}

function countRelevant(label: Int32Array): Int32Array {
  const sizes = new Map<number, number>()
  for (const own of label) sizes.set(own, (sizes.get(own) ?? 0) + 1)
  return label.map((own) => sizes.get(own)! - 1)
}

/** [items, k], 1 where the neighbour is of the query's class. */
function findHits({id, label, neighbours, k}: Ranking): Uint8Array {
  const labelOf = new Map(Array.from(id, (item, row) => [item, label[row]!]))
  return Uint8Array.from(neighbours, (item, at) => (labelOf.get(item) === label[Math.floor(at / k)] ? 1 : 0))
}

function mapMetrics<T>(make: (metric: QueryMetric, name: MetricName) => T): Record<MetricName, T> {
  const entries = Object.entries(metrics) as [MetricName, QueryMetric][]
  return Object.fromEntries(entries.map(([name, metric]) => [name, make(metric, name)])) as Record<MetricName, T>
}

function meanOverQueries(values: Float64Array): number {
  const counted = values.filter((value) => !Number.isNaN(value))
  return counted.reduce((sum, value) => sum + value, 0) / counted.length
}
