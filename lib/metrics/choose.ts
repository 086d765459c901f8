import {type Convention, conventions} from './conventions.ts'
import {dependsOnK, nameAt, type RetrievalName, retrievalNames} from './names.ts'
import type {MetricsSpec} from './parameters.ts'
import {
  averagePrecision,
  averagePrecisionAtK,
  averagePrecisionByClassSize,
  mapAtR,
} from './retrieval/average-precision.ts'
import type {QueryMetric} from './retrieval/metric.ts'
import {precisionAt1, precisionAtK, rPrecision} from './retrieval/precision.ts'
import {recallAtK, reciprocalRank} from './retrieval/recall.ts'
import {trapezoidalPrecision} from './retrieval/trapezoid.ts'

/** One number that is wanted of every query. */
export interface ChosenMetric {
  /** With its k: `recall_at_4`. */
  readonly name: string
  readonly measure: QueryMetric
  /** Whether queries without a relevant image count as 0 instead of being left out. */
  readonly countsMissed: boolean
  /** Neighbours it looks at, given the largest number of relevant images; Infinity: all. */
  readonly depth: (mostRelevant: number) => number
}

/** The retrieval metrics that are asked for, at every k, in the formulas of the convention. */
export function chooseMetrics({names, k, convention}: Pick<MetricsSpec, 'names' | 'k' | 'convention'>): ChosenMetric[] {
  const rules = conventions[convention]
  return names.flatMap((name) => {
    if (!isRetrieval(name)) return []
    return (dependsOnK(name) ? k : [0]).map((each) => choose(name, each, rules))
  })
}

function isRetrieval(name: string): name is RetrievalName {
  return (retrievalNames as readonly string[]).includes(name)
}

function choose(name: RetrievalName, k: number, {formulas, withoutRelevant, except}: Convention): ChosenMetric {
  const own = formulas[name]
  const {measure, depth} = definitions[name]
  return {
    name: nameAt(name, k),
    measure: (own ?? measure)(k),
    countsMissed: withoutRelevant === 'missed' && except?.includes(name) !== true,
    // A formula that asks where the last relevant image is needs all of the ranking.
    depth: own === undefined || name !== 'precision_at_k' ? (most) => depth(most, k) : () => Number.POSITIVE_INFINITY,
  }
}

interface Definition {
  readonly measure: (k: number) => QueryMetric
  readonly depth: (mostRelevant: number, k: number) => number
}

const all = () => Number.POSITIVE_INFINITY
const first = (_: number, k: number) => k
const asManyAsRelevant = (mostRelevant: number) => mostRelevant

const definitions: Readonly<Record<RetrievalName, Definition>> = {
  precision_at_1: {measure: () => precisionAt1, depth: () => 1},
  recall_at_k: {measure: recallAtK, depth: first},
  cmc_at_k: {measure: recallAtK, depth: first},
  precision_at_k: {measure: precisionAtK, depth: first},
  r_precision: {measure: () => rPrecision, depth: asManyAsRelevant},
  map_at_r: {measure: () => mapAtR, depth: asManyAsRelevant},
  map_at_k: {measure: averagePrecisionAtK, depth: first},
  mean_average_precision: {measure: () => averagePrecision, depth: all},
  trapezoidal_map: {measure: () => trapezoidalPrecision, depth: all},
  mean_reciprocal_rank: {measure: () => reciprocalRank, depth: all},
  map_c: {
    measure: () => averagePrecisionByClassSize((classSize) => classSize),
    depth: (mostRelevant) => mostRelevant + 1,
  },
  map_lim: {measure: () => averagePrecisionByClassSize(() => 1023), depth: () => 1023},
  map_1000: {measure: () => averagePrecisionByClassSize(() => 1000), depth: () => 1000},
}
