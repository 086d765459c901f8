import type {Hits} from '../hits.ts'

/** A retrieval metric of one query, from where it found its class. */
export type QueryMetric = (hits: Hits) => number

/** Hits among the first k. Ranks ascend, so those above k end the count. */
export function countHits({ranks}: Hits, k: number): number {
  let count = 0
  while (count < ranks.length && ranks[count]! <= k) count++
  return count
}
