import {readFileSync} from 'node:fs'
import {z} from 'zod'
import {leavesOf} from '../../pipeline/tree.ts'
import type {MeasuredSet, Metrics} from '../../report/facts.ts'

/** What metrics.json says. */
export interface Measurement {
  readonly metrics: Metrics
  /** Test sets that have names; `metrics` are their means. */
  readonly sets: readonly MeasuredSet[]
  /** Queries look among images of a gallery. */
  readonly hasGallery: boolean
  readonly description: readonly (readonly [string, string])[]
  readonly intervals?: string
}

const bounds = z.tuple([z.number(), z.number()])
const part = {
  metrics: z.record(z.string(), z.number().nullable()),
  details: z
    .record(
      z.string(),
      z.looseObject({interval_over_classes: bounds.optional(), interval_over_queries: bounds.optional()}),
    )
    .default({}),
  gallery: z.string().optional(),
  queries: z.number().optional(),
}
const metricsFile = z.looseObject({
  ...part,
  set: z.string().optional(),
  sets: z.array(z.looseObject({name: z.string(), ...part})).default([]),
  bootstrap: z.looseObject({resamples: z.number(), level: z.number()}).nullish(),
})

/** metrics.json: numbers, intervals where there are some, and all it says in words about how they were made. */
export function readMeasurement(file: string | undefined): Measurement | undefined {
  if (file === undefined) return undefined
  const parsed = metricsFile.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) return undefined
  const {metrics, details, bootstrap, sets, ...rest} = parsed.data
  const named = sets.length > 0 || rest.set === undefined ? sets : [{...parsed.data, name: rest.set}]
  return {
    metrics: measuredOf({metrics, details}),
    sets: named.map((set) => ({name: set.name, queries: set.queries ?? 0, metrics: measuredOf(set)})),
    hasGallery: [rest, ...sets].some(({gallery}) => gallery?.startsWith('queries look among') ?? false),
    description: Object.entries(rest)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name.replaceAll('_', ' '), spell(value)]),
    ...(bootstrap ? {intervals: describeIntervals(bootstrap)} : {}),
  }
}

function measuredOf({metrics, details}: Pick<z.infer<typeof metricsFile>, 'metrics' | 'details'>): Metrics {
  const measured = Object.entries(metrics).flatMap(([name, value]) => {
    if (value === null) return []
    const [low, high] = details[name]?.interval_over_classes ?? details[name]?.interval_over_queries ?? []
    return [[name, {value, ...(low === undefined || high === undefined ? {} : {interval: {low, high}})}] as const]
  })
  return Object.fromEntries(measured)
}

/** Queries of one class find each other: drawing whole classes is the honest, wider interval. */
function describeIntervals({resamples, level}: {resamples: number; level: number}): string {
  const percent = Number((100 * level).toPrecision(3))
  return `In brackets: ${percent} % of ${resamples.toLocaleString('en-US')} bootstrap resamples, drawing whole classes, have a mean between these bounds.`
}

/** `0-49`, `3`, `1, 2, 4`, `modulo 4, train 0-1`. */
function spell(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return JSON.stringify(value)
  if (value === null || Object.keys(value).length === 0) return 'none'
  if (Array.isArray(value)) return value.map(spell).join(', ')
  return leavesOf(value)
    .map(([name, leaf]) => `${name} ${spell(leaf)}`)
    .join(', ')
}
