import {findNeighbours} from '../lib/objectives/neighbours/find.ts'
import {planEpoch} from '../lib/objectives/plan.ts'
import type {NeighbourRows} from '../lib/objectives/samplers/sampler.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeBatches} from '../lib/tables/batches.ts'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {readImages, rowsOfSplit} from '../lib/tables/images.ts'
import {writeNeighbours} from '../lib/tables/neighbours.ts'
import type {MineNegativesValues} from './parameters.ts'

/**
 * Finds the nearest images of other classes, and from them makes the epoch's whole plan: which image is in which slot of
 * which step, with the seed of its transform and the learning rate of the step.
 */
export async function run(context: StageContext<MineNegativesValues>): Promise<void> {
  const values = context.values
  const table = await readImages(context.inputs.images!)
  const rows = rowsOfSplit(table, 'train')
  const images = {
    id: Int32Array.from(rows, (row) => table.id[row]!),
    label: Int32Array.from(rows, (row) => table.label[row]!),
  }
  const neighbours = await mine(context, values, images.label)
  const plan = await planEpoch({
    mining: values.mining,
    schedule: values.schedule,
    learningRate: values.optimizer.lr,
    images,
    seed: values.seed,
    epoch: values.epoch,
    ...(neighbours && {neighbours}),
  })
  context.report({steps: plan.step.at(-1)! + 1, slots: plan.step.length})
  await writeNeighbours(context.outputs.neighbours!, neighbours ?? noNeighbours)
  await writeBatches(context.outputs.batches!, plan)
}

/** The table of neighbours where the sampler looks at descriptors in this epoch. */
async function mine(
  context: StageContext,
  {mining, seed}: MineNegativesValues,
  label: Int32Array,
): Promise<NeighbourRows | undefined> {
  const file = context.inputs.descriptors
  if (file === undefined || !('neighbours' in mining)) return undefined
  const started = performance.now()
  const descriptors = {...(await readDescriptors(file)), label}
  const {rows, recall} = await findNeighbours(descriptors, mining, seed, (done, total) =>
    context.progress({done, total, unit: 'images'}),
  )
  context.report({search_seconds: (performance.now() - started) / 1000, recall_against_exact: recall})
  if (mining.neighbours === 'hnsw') context.note(`approximate neighbours: recall ${recall.toFixed(4)} against exact`)
  return rows
}

const noNeighbours: NeighbourRows = {
  anchor: new Int32Array(),
  rank: new Int32Array(),
  neighbour: new Int32Array(),
  distance: new Float32Array(),
}
