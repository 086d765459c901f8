import type {ChosenMetric} from './choose.ts'
import {type HitList, hitsOf} from './hits.ts'

/** Every metric of every query: NaN where the query is left out. */
export type QueryValues = ReadonlyMap<string, Float64Array>

/** Room for the values of that many queries. */
export function openValues(chosen: readonly ChosenMetric[], queries: number): QueryValues {
  return new Map(chosen.map(({name}) => [name, new Float64Array(queries).fill(Number.NaN)]))
}

/** Measures the queries of a list of hits; `rows` says where in `values` each of them belongs. */
export function measureQueries(
  chosen: readonly ChosenMetric[],
  hits: HitList,
  values: QueryValues,
  rows: ArrayLike<number> = Int32Array.from(hits.relevant.keys()),
): void {
  for (const {name, measure, countsMissed} of chosen) {
    const column = values.get(name)!
    for (let query = 0; query < hits.relevant.length; query++) {
      const row = rows[query]!
      if (hits.relevant[query]! > 0) column[row] = measure(hitsOf(hits, query))
      // Where nothing is relevant most formulas divide 0 by 0; a query that counts itself as a hit does not.
      else column[row] = countsMissed ? measure(hitsOf(hits, query)) || 0 : Number.NaN
    }
  }
}

/** A metric over a set of queries. */
export interface Mean {
  /** Queries that count. */
  readonly queries: number
  readonly overQueries: number
  /** Classes with a query that counts. */
  readonly classes: number
  /** Mean of the classes' means: pytorch-metric-learning's avg_of_avgs. */
  readonly overClasses: number
}

/** Means over queries and over classes; NaN when no query counts. */
export function meanOf(values: Float64Array, label: Int32Array): Mean {
  const classes = new Map<number, {sum: number; count: number}>()
  for (const [query, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const own = classes.get(label[query]!) ?? {sum: 0, count: 0}
    own.sum += value
    own.count++
    classes.set(label[query]!, own)
  }
  let [sum, queries, means] = [0, 0, 0]
  for (const own of classes.values()) {
    sum += own.sum
    queries += own.count
    means += own.sum / own.count
  }
  return {queries, overQueries: sum / queries, classes: classes.size, overClasses: means / classes.size}
}
