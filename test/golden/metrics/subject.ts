import {chooseMetrics} from '../../../lib/metrics/choose.ts'
import {type ConventionName, conventions} from '../../../lib/metrics/conventions.ts'
import {countEarlierDuplicates, dropFirstColumn} from '../../../lib/metrics/first-column.ts'
import type {HitList} from '../../../lib/metrics/hits.ts'
import {meanOf, measureQueries, openValues} from '../../../lib/metrics/measure.ts'
import type {RetrievalName} from '../../../lib/metrics/names.ts'
import {hitsIn, type Set as Images, rankAll, unit} from '../../metrics/naive.ts'
import type {Json} from './tally.ts'

/** A set of queries, what they are looked for among, and where they find their class. */
export interface Subject {
  readonly queries: Images
  readonly references: Images
  readonly hits: HitList
}

export function subjectOf(queries: Images, references: Images): Subject {
  return {queries, references, hits: hitsIn(rankAll(queries, references), queries, references)}
}

/** Images as metrics.json has them, numbered from `firstId`. */
export function imagesOf(embeddings: Json, labels: Json, firstId = 0): Images {
  const label = labels as number[]
  return {id: label.map((_, row) => firstId + row), label, vectors: unit(embeddings as number[][])}
}

/** One metric as a mean over queries. */
export function mean(metric: RetrievalName, convention: ConventionName, subject: Subject, k = 1): number {
  const values = measureAll(subject, convention, [k]).get(metric.replace(/_at_k$/, `_at_${k}`))!
  return meanOf(values, Int32Array.from(subject.queries.label)).overQueries
}

/** Names that metrics.json takes from pytorch-metric-learning. */
export const pmlNames: Readonly<Record<string, RetrievalName>> = {
  precision_at_1: 'precision_at_1',
  r_precision: 'r_precision',
  mean_average_precision_at_r: 'map_at_r',
  map_at_r: 'map_at_r',
  mean_average_precision: 'mean_average_precision',
  mean_reciprocal_rank: 'mean_reciprocal_rank',
  reciprocal_rank: 'mean_reciprocal_rank',
}

const everyName = [
  ...new Set([
    ...Object.values(pmlNames),
    'recall_at_k',
    'cmc_at_k',
    'precision_at_k',
    'map_at_k',
    'trapezoidal_map',
    'map_c',
    'map_lim',
    'map_1000',
  ] as const),
]

/** Every metric of every query in a convention. */
export function measureAll(subject: Subject, convention: ConventionName, k: number[], depth = Infinity) {
  const chosen = chooseMetrics({names: everyName, k, convention})
  const values = openValues(chosen, subject.hits.relevant.length)
  const hits = hitsFor(convention, subject)
  measureQueries(chosen, {...hits, depth: Math.min(depth, conventions[convention].depth ?? Infinity)}, values)
  return values
}

/** Where queries find their class after the convention has dropped what it takes for the query itself. */
export function hitsFor(convention: ConventionName, {queries, references, hits}: Subject): HitList {
  if (conventions[convention].self === 'by-id' || queries !== references) return hits
  const dim = queries.vectors[0]!.length
  return dropFirstColumn(hits, countEarlierDuplicates({vectors: Float32Array.from(queries.vectors.flat()), dim}))
}
