// What a user may say about evaluation. Configuration is checked before any stage runs: nothing heavy is imported here.
import leven from 'leven'
import {z} from 'zod'
import {type ConventionName, conventionNames} from './conventions.ts'
import {clusteringNames, type MetricName, retrievalNames, spaceNames} from './names.ts'

const metricNames: readonly MetricName[] = [...retrievalNames, ...clusteringNames, ...spaceNames]

const metricName = z
  .custom<MetricName>((name) => metricNames.includes(name as MetricName), {
    error: ({input}) => `must be a metric; ${nearestName(String(input))}`,
  })
  .describe('docs/metrics.md has them all')

/** `metrics` of pipeline.yaml. */
export const metricsParameters = z.strictObject({
  names: z
    .array(metricName)
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'must not name a metric twice')
    .describe('the first one is shown first'),
  k: z.array(z.int().min(1).max(100_000)).min(1).default([1, 2, 4, 8]).describe('the k of all metrics named _at_k'),
  convention: z
    .enum(conventionNames)
    .default('exact' satisfies ConventionName)
    .describe('whose code the numbers are to be compared with'),
  depth: z.int().min(1).nullable().default(null).describe('neighbours looked at; null: as many as a metric needs'),
  averaging: z
    .enum(['arithmetic', 'geometric', 'max', 'min'])
    .nullable()
    .default(null)
    .describe('of the entropies in nmi and ami; null: that of the convention'),
  descriptors: z
    .strictObject({
      whitening: z
        .strictObject({
          kind: z
            .enum(['pca', 'pca-whitening', 'learned'])
            .default('pca-whitening')
            .describe('learned: from pairs of training images of one class'),
          dim: z.int().min(1).max(65_536).nullable().default(null).describe('directions kept; null: all'),
          shrink_to: z
            .int()
            .min(0)
            .nullable()
            .default(null)
            .describe('number of the direction whose spread the others shrink to; null: no shrinkage'),
        })
        .refine(({kind, shrink_to}) => kind === 'pca-whitening' || shrink_to === null, {
          error: 'must be null, or kind pca-whitening: the others divide by no spread that could shrink',
          path: ['shrink_to'],
        })
        .nullable()
        .default(null)
        .describe('learnt from the descriptors of the training images'),
      expansion: z
        .strictObject({
          neighbours: z.int().min(1).max(1000).default(10),
          alpha: z.number().min(0).max(100).default(3).describe('power of the cosine that weighs each; 0: all alike'),
        })
        .nullable()
        .default(null)
        .describe('query expansion by nearest references'),
      rerank: z
        .strictObject({
          k1: z.int().min(1).max(1000).default(20).describe('neighbours within which images must find each other'),
          k2: z.int().min(1).max(1000).default(6).describe('neighbourhoods that are averaged'),
          lambda: z.number().min(0).max(1).default(0.3).describe('weight of the distance itself'),
          candidates: z
            .int()
            .min(2)
            .max(10_000)
            .default(100)
            .describe('first neighbours that are put into a new order'),
        })
        .nullable()
        .default(null)
        .describe('re-ranking by k-reciprocal neighbours'),
    })
    .prefault({})
    .describe('what is done to descriptors before they are compared'),
  kmeans: z
    .strictObject({
      start: z
        .enum(['random', 'plus-plus'])
        .default('random')
        .describe('random: distinct images, as faiss; plus-plus: spread out (Arthur and Vassilvitskii 2007)'),
      iterations: z.int().min(1).max(10_000).default(20),
      seed: z.int().min(0).max(0xffffffff).default(0),
    })
    .prefault({})
    .describe('for nmi, ami and f1: as many clusters as classes'),
  bootstrap: z
    .strictObject({
      resamples: z.int().min(100).max(100_000).default(1000),
      level: z.number().min(0.5).max(0.999).default(0.95),
      seed: z.int().min(0).max(0xffffffff).default(0),
    })
    .nullable()
    .prefault({})
    .describe('percentile intervals of every mean; null: none'),
})

/** Checked `metrics` parameters. */
export type MetricsSpec = z.infer<typeof metricsParameters>

function nearestName(given: string): string {
  const atK = given.replace(/_at_\d+$/, '_at_k')
  if (metricNames.includes(atK as MetricName))
    return `write ${atK}, and the k into metrics.k: [${given.split('_').at(-1)}]`
  const [nearest] = metricNames
    .map((name) => ({name, distance: leven(given, name)}))
    .sort((a, b) => a.distance - b.distance)
  if (nearest !== undefined && nearest.distance <= 5) return `did you mean ${nearest.name}?`
  return `there are ${metricNames.join(', ')}`
}
