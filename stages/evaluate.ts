import {writeFile} from 'node:fs/promises'
import {type Neighbours, nearest} from '../lib/engine/nearest.ts'
import {type Measures, measure} from '../lib/metrics/measure.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {type ImagesTable, readImages, rowsOfSplit} from '../lib/tables/images.ts'
import {writeQueries} from '../lib/tables/queries.ts'
import {type EvaluateValues, evaluateValues} from './parameters.ts'

/** Measures how well every image of a split finds its class among the others, from descriptors alone. */
export async function run(context: StageContext): Promise<void> {
  const values = evaluateValues.parse(context.values)
  const images = await readImages(context.inputs['images']!)
  const rows = rowsOfSplit(images, values.split)
  const label = Int32Array.from(rows, (row) => images.label[row]!)
  const descriptors = {...(await readDescriptors(context.inputs['descriptors']!)), label}
  const neighbours = await nearest({
    queries: descriptors,
    references: descriptors,
    k: Math.max(1, largestClass(label) - 1),
    exclude: 'self',
    onProgress: (done, total) => context.progress({done, total, unit: 'images'}),
  })
  const labelOf = new Map(Array.from(descriptors.id, (id, row) => [id, label[row]!]))
  const neighbourLabel = neighbours.ids.map((id) => labelOf.get(id) ?? -1)
  const measures = measure({label, k: neighbours.k, neighbourLabel})
  await writeQueries(
    context.outputs['queries']!,
    queriesTable(descriptors.id, label, neighbours, neighbourLabel, measures),
  )
  await writeFile(context.outputs['metrics']!, `${JSON.stringify(describe(values, images, measures), null, 2)}\n`)
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

function largestClass(label: Int32Array): number {
  const counts = new Map<number, number>()
  for (const one of label) counts.set(one, (counts.get(one) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}

function queriesTable(
  id: Int32Array,
  label: Int32Array,
  {k, ids, distances}: Neighbours,
  neighbourLabel: Int32Array,
  {relevant, perQuery}: Measures,
) {
  const first = (values: Int32Array | Float32Array) => (_: unknown, query: number) => values[query * k]!
  return {
    id,
    label,
    nearest: Int32Array.from(id, first(ids)),
    nearestLabel: Int32Array.from(id, first(neighbourLabel)),
    nearestDistance: Float32Array.from(id, first(distances)),
    relevant,
    precisionAt1: Float32Array.from(perQuery.precision_at_1),
    rPrecision: Float32Array.from(perQuery.r_precision),
    mapAtR: Float32Array.from(perQuery.map_at_r),
  }
}
