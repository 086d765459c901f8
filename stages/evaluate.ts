import {writeFile} from 'node:fs/promises'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeQueries} from '../lib/tables/queries.ts'
import {measureClusters} from './evaluate/clusters.ts'
import {describeMetrics} from './evaluate/describe.ts'
import {openJournal, type Work} from './evaluate/journal.ts'
import {openPreparation} from './evaluate/prepare.ts'
import {queriesTable} from './evaluate/queries-table.ts'
import {retrieve} from './evaluate/retrieval.ts'
import {describeSides} from './evaluate/sides.ts'
import {measureSpace} from './evaluate/space.ts'
import {openMaterial} from './evaluate/test-sets.ts'
import type {EvaluateValues} from './parameters.ts'

/** Measures how well every image of a test set finds its class among the others, or in a gallery, from descriptors alone. */
export async function run(context: StageContext<EvaluateValues>): Promise<void> {
  const {metrics: spec, split} = context.values
  const {sets, origin} = await openMaterial(context.inputs, split)
  const prepare = await openPreparation(spec.descriptors, context.inputs)
  const journal = await openJournal(context)
  const started = performance.now()
  const measured = []
  for (const given of sets) {
    context.signal.throwIfAborted()
    const work: Work = {
      onProgress: (unit) => (done, total) => context.progress({done, total, unit}),
      savepoints: (piece) => journal.open(given.name === '' ? piece : `${given.name}: ${piece}`),
    }
    const set = await prepare(given, work)
    const retrieval = await retrieve(set, spec, work)
    const clusters = await measureClusters(set, spec, work)
    const space = await measureSpace(set, retrieval.lists, spec, work)
    measured.push({set, retrieval, others: [clusters, space]})
  }
  const sides = await describeSides(context.inputs, context.values)
  const description = describeMetrics(measured, {...origin, ...sides}, spec)
  context.report({measure_seconds: (performance.now() - started) / 1000})
  await writeQueries(context.outputs.queries!, queriesTable(measured))
  await writeFile(context.outputs.metrics!, `${JSON.stringify(description, null, 2)}\n`)
}
