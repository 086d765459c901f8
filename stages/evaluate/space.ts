import {gramMatrix} from '../../lib/engine/gram.ts'
import {meanGaussian} from '../../lib/engine/mean-kernel.ts'
import type {Neighbours} from '../../lib/engine/nearest/sets.ts'
import {nameAt} from '../../lib/metrics/names.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import {classDistances} from '../../lib/metrics/space/class-distances.ts'
import {neverRetrieved} from '../../lib/metrics/space/never-retrieved.ts'
import {rhoSpectrum} from '../../lib/metrics/space/rho-spectrum.ts'
import type {Work} from './journal.ts'
import type {TestSet} from './test-set.ts'

/** Metrics that are no mean over queries, and how they were made. */
export interface Numbers {
  readonly numbers: Readonly<Record<string, number>>
  readonly facts: Readonly<Record<string, unknown>>
}

/** How the queries' descriptors lie in their space, and which of the references nobody finds; only what is asked for. */
export async function measureSpace(
  {queries, references}: TestSet,
  lists: Neighbours | undefined,
  {names, k}: MetricsSpec,
  work: Work,
): Promise<Numbers> {
  const wants = (...some: MetricsSpec['names']) => some.some((name) => names.includes(name))
  const {vectors, dim, label} = queries
  const numbers: Record<string, number> = {}
  if (wants('intra_distance', 'inter_distance', 'intra_over_inter', 'alignment')) {
    const {intra, inter, alignment} = classDistances(vectors, dim, label)
    Object.assign(numbers, {
      intra_distance: intra,
      inter_distance: inter,
      intra_over_inter: intra / Math.max(inter, 1e-8),
      alignment,
    })
  }
  if (wants('rho_spectrum')) numbers.rho_spectrum = rhoSpectrum(gramMatrix(vectors, dim), dim)
  if (wants('uniformity'))
    numbers.uniformity = Math.log(
      await meanGaussian(queries, {onProgress: work.onProgress('images'), savepoints: work.savepoints('uniformity')}),
    )
  if (wants('never_retrieved_at_k') && lists !== undefined)
    for (const each of k)
      numbers[nameAt('never_retrieved_at_k', each)] = neverRetrieved(lists.ids, lists.k, each, references.id)
  return {numbers, facts: {}}
}
