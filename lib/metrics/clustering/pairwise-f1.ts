import type {Contingency} from './contingency.ts'

/** Pairs of items: in one class and one cluster, in one class, in one cluster. */
export interface Pairs {
  readonly truePositive: number
  readonly sameClass: number
  readonly sameCluster: number
}

export function countPairs({rows, columns, cells}: Contingency): Pairs {
  const pairs = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0)
  return {truePositive: pairs(cells.map(({count}) => count)), sameClass: pairs(rows), sameCluster: pairs(columns)}
}

/** F1 of "these two belong together" over all pairs of items: 2 TP / (pairs of a class + pairs of a cluster); 0 without pairs. */
export function pairwiseF1({truePositive, sameClass, sameCluster}: Pairs): number {
  return sameClass + sameCluster === 0 ? 0 : (2 * truePositive) / (sameClass + sameCluster)
}
