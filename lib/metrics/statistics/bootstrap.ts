import type {Random} from '../../random.ts'

/** Lower and upper end. */
export type Interval = readonly [number, number]

/** Values of several metrics on the same queries: [metric][query], NaN where a metric leaves a query out. */
export type Columns = readonly Float64Array[]

export interface BootstrapOptions {
  readonly resamples: number
  /** Share of the resampled means inside the interval. */
  readonly level: number
  readonly random: Random
}

/**
 * Percentile intervals of means over queries (Efron and Tibshirani 1993, chapter 13): as many queries are drawn with replacement
 * as there are. Queries of one class find each other, so they are not independent, and these intervals are too narrow for what
 * other classes would give.
 */
export function bootstrapQueries(columns: Columns, options: BootstrapOptions): Interval[] {
  // Queries that every metric leaves out are none.
  const rows = Array.from(columns[0]?.keys() ?? []).filter((row) =>
    columns.some((values) => !Number.isNaN(values[row]!)),
  )
  const kept = columns.map((values) => Float64Array.from(rows, (row) => values[row]!))
  const drawn = new Int32Array(rows.length)
  return resample(columns.length, options, (means) => {
    drawRows(drawn, rows.length, options.random)
    for (const [metric, values] of kept.entries()) means[metric] = meanAt(values, drawn)
  })
}

/**
 * The same drawing whole classes: what another choice of classes as these would give. The mean stays one over queries, so large
 * classes weigh more.
 */
export function bootstrapClasses(columns: Columns, label: Int32Array, options: BootstrapOptions): Interval[] {
  const classes = columns.map((values) => sumClasses(values, label))
  const count = classes[0]?.sums.length ?? 0
  const drawn = new Int32Array(count)
  return resample(columns.length, options, (means) => {
    drawRows(drawn, count, options.random)
    for (const [metric, {sums, counts}] of classes.entries()) {
      let [sum, queries] = [0, 0]
      for (const own of drawn) {
        sum += sums[own]!
        queries += counts[own]!
      }
      means[metric] = sum / queries
    }
  })
}

function drawRows(drawn: Int32Array, count: number, random: Random): void {
  // A 53-bit fraction of a count below 2^31: no row is noticeably more likely, and it takes a third of the time of a whole draw.
  for (let at = 0; at < drawn.length; at++) drawn[at] = Math.floor(random.uniform() * count)
}

function meanAt(values: Float64Array, rows: Int32Array): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at < rows.length; at++) {
    const value = values[rows[at]!]!
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return sum / count
}

/** Sums and numbers of the values of every class; classes in the order in which they are met. */
export function sumClasses(values: Float64Array, label: Int32Array): {sums: Float64Array; counts: Float64Array} {
  const numbers = new Map<number, number>()
  for (const own of label) if (!numbers.has(own)) numbers.set(own, numbers.size)
  const sums = new Float64Array(numbers.size)
  const counts = new Float64Array(numbers.size)
  for (const [query, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const own = numbers.get(label[query]!)!
    sums[own]! += value
    counts[own]!++
  }
  return {sums, counts}
}

function resample(
  metrics: number,
  {resamples, level}: BootstrapOptions,
  draw: (means: Float64Array) => void,
): Interval[] {
  const all = Array.from({length: metrics}, () => new Float64Array(resamples))
  const means = new Float64Array(metrics)
  for (let turn = 0; turn < resamples; turn++) {
    draw(means)
    for (let metric = 0; metric < metrics; metric++) all[metric]![turn] = means[metric]!
  }
  return all.map((drawn) => [percentile(drawn, (1 - level) / 2), percentile(drawn, (1 + level) / 2)])
}

/** By linear interpolation between order statistics, as numpy's default; NaN when no value is a number. */
function percentile(values: Float64Array, share: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length === 0) return Number.NaN
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
