import {kmeans} from '../../lib/engine/kmeans.ts'
import {countOverlaps} from '../../lib/metrics/clustering/contingency.ts'
import {
  adjustedMutualInformation,
  normalisedMutualInformation,
} from '../../lib/metrics/clustering/mutual-information.ts'
import {countPairs, pairwiseF1} from '../../lib/metrics/clustering/pairwise-f1.ts'
import {conventions} from '../../lib/metrics/conventions.ts'
import {clusteringNames} from '../../lib/metrics/names.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {openRandom} from '../../lib/random.ts'
import type {Work} from './journal.ts'
import type {Numbers} from './space.ts'
import type {TestSet} from './test-set.ts'

/**
 * Clusters all descriptors, those of a gallery with those of the queries, into as many clusters as the queries have classes, and
 * compares clusters and classes. Nothing where no such metric is asked for.
 */
export async function measureClusters({queries, references}: TestSet, spec: MetricsSpec, work: Work): Promise<Numbers> {
  if (!clusteringNames.some((name) => spec.names.includes(name))) return {numbers: {}, facts: {}}
  const sets = queries.id === references.id ? [references] : [queries, references]
  const label = Int32Array.from(sets.flatMap((set) => [...set.label]))
  const {cluster, iterations} = await kmeans({
    vectors: sets.length === 1 ? references.vectors : joined(queries.vectors, references.vectors),
    dim: queries.dim,
    clusters: new Set(queries.label).size,
    start: spec.kmeans.start,
    iterations: spec.kmeans.iterations,
    random: openRandom(spec.kmeans.seed, 'evaluate', 'kmeans'),
    onProgress: work.onProgress('iterations'),
    savepoints: work.savepoints('clusters'),
  })
  const overlap = countOverlaps(label, cluster)
  const averaging = {
    nmi: spec.averaging ?? conventions[spec.convention].nmi,
    ami: spec.averaging ?? conventions[spec.convention].ami,
  }
  return {
    numbers: {
      nmi: normalisedMutualInformation(overlap, averaging.nmi),
      ami: adjustedMutualInformation(overlap, averaging.ami),
      f1: pairwiseF1(countPairs(overlap)),
    },
    facts: {
      averaging,
      kmeans: {...spec.kmeans, clusters: overlap.columns.length, iterations_done: iterations, items: overlap.items},
    },
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
