import type {QueryMetric} from './metric.ts'

/** Share of the first R neighbours that are relevant, R being the number of relevant items. */
export const rPrecision: QueryMetric = (hits, relevant) => {
  let found = 0
  for (let rank = 0; rank < relevant; rank++) found += hits[rank]!
  return found / relevant
}
