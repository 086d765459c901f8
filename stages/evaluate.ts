import {writeFile} from 'node:fs/promises'
import type {Neighbours} from '../lib/engine/nearest/sets.ts'
import {nearest as findNearest} from '../lib/engine/nearest.ts'
import {type Measures, measure, neighboursNeeded} from '../lib/metrics/measure.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {type ImagesTable, readImages, rowsOfSplit} from '../lib/tables/images.ts'
import {writeQueries} from '../lib/tables/queries.ts'
import type {EvaluateValues} from './parameters.ts'

/** Measures how well every image of a split finds its class among the others, from descriptors alone. */
export async function run(context: StageContext<EvaluateValues>): Promise<void> {
  const values = context.values
  const images = await readImages(context.inputs.images!)
  const rows = rowsOfSplit(images, values.split)
  const label = Int32Array.from(rows, (row) => images.label[row]!)
  const descriptors = {...(await readDescriptors(context.inputs.descriptors!)), label}
  const neighbours = await findNearest({
    queries: descriptors,
    references: descriptors,
    k: neighboursNeeded(label),
    exclude: 'self',
    onProgress: (done, total) => context.progress({done, total, unit: 'images'}),
  })
  const measures = measure({id: descriptors.id, label, neighbours: neighbours.ids, k: neighbours.k})
  await writeQueries(context.outputs.queries!, queriesTable(descriptors.id, label, neighbours, measures))
  await writeFile(context.outputs.metrics!, `${JSON.stringify(describe(values, images, measures), null, 2)}\n`)
}

/** The numbers together with how they were made. */
function describe({metrics, split}: EvaluateValues, images: ImagesTable, {mean, relevant, lone}: Measures) {
  return {
    metrics: Object.fromEntries(metrics.map((name) => [name, mean[name]])),
    split,
    format: images.format,
    protocol: JSON.parse(images.protocol) as unknown,
    convention: 'every image queries all others; self removed by id, ties by ascending id, lone images left out',
    queries: relevant.length - lone,
    lone,
  }
}

function queriesTable(
  id: Int32Array,
  label: Int32Array,
  {k, ids, distances}: Neighbours,
  {relevant, perQuery}: Measures,
) {
  const labelOf = new Map(Array.from(id, (item, row) => [item, label[row]!]))
  const nearest = Int32Array.from(id, (_, query) => ids[query * k]!)
  return {
    id,
    label,
    nearest,
    nearestLabel: nearest.map((item) => labelOf.get(item) ?? -1),
    nearestDistance: Float32Array.from(id, (_, query) => distances[query * k]!),
    relevant,
    precisionAt1: Float32Array.from(perQuery.precision_at_1),
    rPrecision: Float32Array.from(perQuery.r_precision),
    mapAtR: Float32Array.from(perQuery.map_at_r),
  }
}
