/** Metrics of a ranking: a number for every query, and their mean. Those with `_at_k` are measured at every k of `metrics.k`. */
export const retrievalNames = [
  'precision_at_1',
  'recall_at_k',
  'cmc_at_k',
  'precision_at_k',
  'r_precision',
  'map_at_r',
  'map_at_k',
  'mean_average_precision',
  'trapezoidal_map',
  'mean_reciprocal_rank',
  'map_c',
  'map_lim',
  'map_1000',
] as const

/** Metrics of k-means clusters against the classes. */
export const clusteringNames = ['nmi', 'ami', 'f1'] as const

/** Numbers about how descriptors lie in their space; `never_retrieved_at_k` from the neighbours, the rest from the vectors. */
export const spaceNames = [
  'intra_distance',
  'inter_distance',
  'intra_over_inter',
  'rho_spectrum',
  'uniformity',
  'alignment',
  'never_retrieved_at_k',
] as const

export type RetrievalName = (typeof retrievalNames)[number]
export type ClusteringName = (typeof clusteringNames)[number]
export type SpaceName = (typeof spaceNames)[number]
export type MetricName = RetrievalName | ClusteringName | SpaceName

/** `recall_at_k` at 4 is `recall_at_4`; a name without k is itself. */
export function nameAt(name: MetricName, k: number): string {
  return name.replace(/_at_k$/, `_at_${k}`)
}

/** What metrics.json will hold: the names asked for, in order, at every k. */
export function measuredNames({
  names,
  k,
}: {
  readonly names: readonly MetricName[]
  readonly k: readonly number[]
}): string[] {
  return names.flatMap((name) => [...new Set(k.map((each) => nameAt(name, each)))])
}

export function dependsOnK(name: MetricName): boolean {
  return name.endsWith('_at_k')
}

/** Smallest and largest value that a metric (with its k filled in) can have. */
export function rangeOf(name: string): readonly [number, number] {
  return ranges[name] ?? [0, 1]
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  ami: [-1, 1],
  intra_distance: [0, 2],
  inter_distance: [0, 2],
  intra_over_inter: [0, Number.MAX_VALUE],
  rho_spectrum: [0, Number.MAX_VALUE],
  // log of the mean of exp(-2 d^2) with d^2 from 0 to 4
  uniformity: [-8, 0],
  alignment: [0, 4],
}
