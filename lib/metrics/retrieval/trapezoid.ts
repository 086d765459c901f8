import type {Hits} from '../hits.ts'
import type {QueryMetric} from './metric.ts'

/**
 * Area under precision over recall by trapezoids: at each relevant image the mean of the precisions before and after it
 * (Philbin et al. 2007, Oxford buildings; cnnimageretrieval and resolution-asymmetric metric learning, lib/utils/evaluate.py).
 */
export const trapezoidalPrecision: QueryMetric = (hits) => sumTrapezoids(hits, Number.POSITIVE_INFINITY) / hits.relevant

/** The same over relevant images among the first k, each step of recall one over how many these can be. */
export const trapezoidalPrecisionAtK =
  (k: number): QueryMetric =>
  (hits) =>
    sumTrapezoids(hits, k) / Math.min(hits.relevant, k)

function sumTrapezoids({ranks}: Hits, places: number): number {
  let sum = 0
  for (let found = 0; found < ranks.length && ranks[found]! <= places; found++) {
    const before = ranks[found]! - 1
    sum += ((before === 0 ? 1 : found / before) + (found + 1) / (before + 1)) / 2
  }
  return sum
}
