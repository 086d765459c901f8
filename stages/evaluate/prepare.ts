import type {DescriptorSet} from '../../lib/engine/nearest/sets.ts'
import {nearest} from '../../lib/engine/nearest.ts'
import {normaliseRows} from '../../lib/engine/normalise-rows.ts'
import {project} from '../../lib/engine/project.ts'
import type {MetricsSpec} from '../../lib/metrics/parameters.ts'
import type {Projection} from '../../lib/metrics/space/projection.ts'
import {UserError} from '../../lib/user-error.ts'
import type {Work} from './journal.ts'
import {learnFromTraining} from './learn-projection.ts'
import type {TestSet} from './test-set.ts'
import type {Inputs} from './test-sets.ts'

type Options = MetricsSpec['descriptors']

/** What is done to descriptors before they are compared, learnt from those of the training images. */
export async function openPreparation(
  {whitening, expansion}: Options,
  inputs: Inputs,
): Promise<(set: TestSet, work: Work) => Promise<TestSet>> {
  const projection = whitening === null ? undefined : await learnFromTraining(whitening, inputs)
  return async (set, work) => {
    const projected = projection === undefined ? set : projectSet(set, projection, inputs.training!)
    return expansion === null ? projected : expandQueries(projected, expansion, work)
  }
}

function projectSet({name, queries, references}: TestSet, projection: Projection, training: string): TestSet {
  if (queries.dim !== projection.mean.length)
    throw new UserError(
      `${training} has descriptors of ${projection.mean.length} numbers, what is measured has ${queries.dim}. They must come from one model.`,
    )
  const change = (set: DescriptorSet): DescriptorSet => ({
    ...set,
    vectors: project(set.vectors, projection),
    dim: projection.rows.length / projection.mean.length,
  })
  const changed = change(queries)
  return {name, queries: changed, references: queries === references ? changed : change(references)}
}

/**
 * Query expansion: a query becomes the direction of itself and its nearest references, each times its cosine to the power alpha
 * (Radenović, Tolias and Chum 2018, section 4.4; alpha 0 is the average query expansion of Chum et al. 2007). The references stay.
 */
async function expandQueries(
  {name, queries, references}: TestSet,
  {neighbours: k, alpha}: NonNullable<Options['expansion']>,
  work: Work,
): Promise<TestSet> {
  const {dim} = queries
  const found = await nearest({
    queries,
    references,
    k: Math.min(k, references.id.length),
    exclude: 'self',
    onProgress: work.onProgress('images'),
    savepoints: work.savepoints('expansion'),
  })
  const rowOf = new Map(Array.from(references.id, (id, row) => [id, row]))
  const vectors = queries.vectors.slice()
  for (let query = 0; query < queries.id.length; query++) {
    for (let rank = 0; rank < found.k; rank++) {
      const row = rowOf.get(found.ids[query * found.k + rank]!)
      if (row === undefined) break
      const cosine = 1 - found.distances[query * found.k + rank]! ** 2 / 2
      const weight = Math.max(0, cosine) ** alpha
      for (let i = 0; i < dim; i++) vectors[query * dim + i]! += weight * references.vectors[row * dim + i]!
    }
  }
  return {name, queries: {...queries, vectors: normaliseRows(vectors, dim)}, references}
}
