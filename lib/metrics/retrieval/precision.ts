import {countHits, type QueryMetric} from './metric.ts'

/** Whether the nearest neighbour is of the query's class: recall@1, cmc@1. */
export const precisionAt1: QueryMetric = ({ranks}) => Number(ranks[0] === 1)

/** Share of the first k that are relevant. */
export const precisionAtK =
  (k: number): QueryMetric =>
  (hits) =>
    countHits(hits, k) / k

/**
 * Share of the first R that are relevant, R being the number of relevant images. Where fewer neighbours were looked at, share of
 * those, as pytorch-metric-learning's mask has it (utils/accuracy_calculator.py, r_precision).
 */
export const rPrecision: QueryMetric = (hits) => {
  const places = Math.min(hits.relevant, hits.depth)
  return countHits(hits, places) / places
}

/** Hits among the first k over what they could be at most (open-metric-learning, functional/metrics.py, calc_precision). */
export const precisionOfPossible =
  (k: number): QueryMetric =>
  (hits) =>
    countHits(hits, k) / Math.min(hits.relevant, k)

/**
 * Share of relevant ones among the first k, or among the ranks up to the last relevant one where that comes earlier
 * (revisitop's compute_map, as resolution-asymmetric metric learning has it: lib/utils/evaluate.py).
 */
export const precisionUpToLast =
  (k: number): QueryMetric =>
  (hits) => {
    const places = Math.min(hits.ranks.at(-1) ?? k, k)
    return countHits(hits, places) / places
  }
