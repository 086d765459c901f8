/**
 * A retrieval metric of one query. `hits` has 1 for every neighbour of the query's class, nearest first, the query itself left
 * out; it is at least as long as `relevant`, the number of other items of the class (from 1).
 */
export type QueryMetric = (hits: Uint8Array, relevant: number) => number
