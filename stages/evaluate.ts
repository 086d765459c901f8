import {writeFile} from 'node:fs/promises'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {type QueriesTable, writeQueries} from '../lib/tables/queries.ts'
import {measureClusters} from './evaluate/clusters.ts'
import {describeMetrics} from './evaluate/describe.ts'
import {type Retrieval, retrieve} from './evaluate/retrieval.ts'
import {measureSpace} from './evaluate/space.ts'
import {openTestSet, type TestSet} from './evaluate/test-sets.ts'
import type {EvaluateValues} from './parameters.ts'

/** Measures how well every image of a split finds its class among the others, from descriptors alone. */
export async function run(context: StageContext<EvaluateValues>): Promise<void> {
  const {metrics: spec, split} = context.values
  const {set, origin} = await openTestSet(context.inputs, split)
  const onProgress = (unit: string) => (done: number, total: number) => context.progress({done, total, unit})
  const retrieval = await retrieve(set.queries, set.references, spec, onProgress('images'))
  const clusters = await measureClusters(set, spec, onProgress('iterations'))
  const space = await measureSpace(set, retrieval.neighbours, spec, onProgress('images'))
  await writeQueries(context.outputs.queries!, queriesTable(set, retrieval))
  const description = describeMetrics(set, retrieval, [clusters, space], origin, spec)
  await writeFile(context.outputs.metrics!, `${JSON.stringify(description, null, 2)}\n`)
}

function queriesTable({queries, references}: TestSet, retrieval: Retrieval): QueriesTable {
  const {relevant, firstHit, exact, chosen, neighbours} = retrieval
  const labelOf = new Map(Array.from(references.id, (id, row) => [id, references.label[row]!]))
  const nearest = Int32Array.from(queries.id, (_, query) => neighbours.ids[query * neighbours.k]!)
  const names = [...chosen.keys()]
  const columns = [...chosen.values()]
  return {
    id: queries.id,
    label: queries.label,
    nearest,
    nearestLabel: nearest.map((id) => labelOf.get(id) ?? -1),
    nearestDistance: Float32Array.from(queries.id, (_, query) => neighbours.distances[query * neighbours.k]!),
    relevant,
    precisionAt1: Float32Array.from(exact.get('precision_at_1')!),
    rPrecision: Float32Array.from(exact.get('r_precision')!),
    mapAtR: Float32Array.from(exact.get('map_at_r')!),
    firstHit,
    metricNames: names,
    values: interleave(columns, queries.id.length),
  }
}

/** Columns as one row-major array. */
function interleave(columns: readonly Float64Array[], rows: number): Float32Array {
  const result = new Float32Array(rows * columns.length)
  for (const [at, column] of columns.entries())
    for (let row = 0; row < rows; row++) result[row * columns.length + at] = column[row]!
  return result
}
