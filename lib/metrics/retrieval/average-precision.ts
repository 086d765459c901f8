import type {Hits} from '../hits.ts'
import {countHits, type QueryMetric} from './metric.ts'

/** Mean over all relevant images of the precision at the rank where each was found. */
export const averagePrecision: QueryMetric = (hits) => sumPrecisions(hits, Number.POSITIVE_INFINITY) / hits.relevant

/** The same for the first k places: divided by the number of images that they could hold. */
export const averagePrecisionAtK =
  (k: number): QueryMetric =>
  (hits) =>
    sumPrecisions(hits, k) / Math.min(hits.relevant, k)

/**
 * Mean average precision at R: 1/R times the sum over ranks r <= R of (precision of the first r) where the r-th is relevant.
 * Musgrave, Belongie and Lim 2020, "A Metric Learning Reality Check", section 3.2; pytorch-metric-learning 2.8.1.
 */
export const mapAtR: QueryMetric = (hits) => sumPrecisions(hits, hits.relevant) / hits.relevant

/** The same divided by the number of places looked at, where that is less than R: pytorch-metric-learning 0.9.88. */
export const mapAtRClipped: QueryMetric = (hits) =>
  sumPrecisions(hits, hits.relevant) / Math.min(hits.relevant, hits.depth)

/**
 * Precisions where something relevant was found among the first `places`, over the size of the class with the query in it
 * (Revisiting Deep Metric Learning, metrics/mAP_c.py, mAP_lim.py, mAP_1000.py). No MAP@R: R + 1 is divisor, and in mAP_c the cut.
 */
export const averagePrecisionByClassSize =
  (places: (classSize: number) => number): QueryMetric =>
  (hits) =>
    sumPrecisions(hits, places(hits.relevant + 1)) / (hits.relevant + 1)

/** Mean precision over those relevant images that are among the first k; 0 when none is (open-metric-learning, calc_map). */
export const averagePrecisionOfFound =
  (k: number): QueryMetric =>
  (hits) => {
    const found = countHits(hits, k)
    return found === 0 ? 0 : sumPrecisions(hits, k) / found
  }

function sumPrecisions({ranks}: Hits, places: number): number {
  let sum = 0
  for (let found = 0; found < ranks.length && ranks[found]! <= places; found++) sum += (found + 1) / ranks[found]!
  return sum
}
