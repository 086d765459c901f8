import type {QueryMetric} from './metric.ts'

/**
 * Mean average precision at R: 1/R times the sum over ranks r <= R of (precision of the first r) where the r-th is relevant.
 * Musgrave, Belongie and Lim 2020, "A Metric Learning Reality Check", section 3.2.
 */
export const mapAtR: QueryMetric = (hits, relevant) => {
  let [found, sum] = [0, 0]
  for (let rank = 0; rank < relevant; rank++) {
    if (hits[rank] === 0) continue
    found++
    sum += found / (rank + 1)
  }
  return sum / relevant
}
