import type {QueryMetric} from './metric.ts'

/** Whether any of the first k is of the query's class: recall@k as deep metric learning means it (Jégou et al. 2011), cmc@k. */
export const recallAtK =
  (k: number): QueryMetric =>
  ({ranks}) =>
    Number(ranks.length > 0 && ranks[0]! <= k)

/** One over the rank of the first relevant image; 0 when none was found. */
export const reciprocalRank: QueryMetric = ({ranks}) => (ranks.length === 0 ? 0 : 1 / ranks[0]!)
