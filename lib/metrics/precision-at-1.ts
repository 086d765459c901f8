import type {QueryMetric} from './metric.ts'

/** Whether the nearest neighbour is of the query's class. */
export const precisionAt1: QueryMetric = (hits) => hits[0]!
