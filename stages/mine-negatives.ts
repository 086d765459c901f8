import {readFile} from 'node:fs/promises'
import type {DescriptorSet} from '../lib/engine/nearest/sets.ts'
import {mineEpoch} from '../lib/objectives/mine.ts'
import {planEpoch} from '../lib/objectives/plan.ts'
import {distancesToAnchors} from '../lib/objectives/plan-distances.ts'
import {judgeEpoch, type PlateauState, plateauStart} from '../lib/objectives/plateau.ts'
import type {NeighbourRows, TrainingImages} from '../lib/objectives/samplers/sampler.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeBatches} from '../lib/tables/batches.ts'
import {readDescriptors} from '../lib/tables/descriptors.ts'
import {writeNeighbours} from '../lib/tables/neighbours.ts'
import {readPlateau} from '../lib/tables/plateau.ts'
import {UserError} from '../lib/user-error.ts'
import type {MineNegativesValues} from './parameters.ts'
import {readTrainingImages} from './training-images.ts'

/**
 * Mines images of other classes where the sampler wants them, and makes the epoch's whole plan: which image is in which slot
 * of which step, with the seed of its transform and the learning rate of the step.
 */
export async function run(context: StageContext<MineNegativesValues>): Promise<void> {
  const values = context.values
  const images = await readTrainingImages(context.inputs.images!)
  const descriptors = await readOwnDescriptors(context.inputs.descriptors, images)
  const neighbours = descriptors && (await mine(context, descriptors))
  noteFewClasses(context, images)
  const plateau = await judgePlateau(context)
  const plan = await planEpoch({
    mining: values.mining,
    schedule: values.schedule,
    ...(plateau && {reduction: plateau.reduction}),
    learningRate: values.optimizer.lr,
    images,
    seed: values.seed,
    epoch: values.epoch,
    ...(neighbours && {neighbours}),
  })
  context.report({steps: plan.step.at(-1)! + 1, slots: plan.step.length})
  await writeNeighbours(context.outputs.neighbours!, neighbours ?? noNeighbours)
  await writeBatches(context.outputs.batches!, {...plan, distance: distancesToAnchors(plan, descriptors)}, plateau)
}

/** Samplers that cannot do with fewer classes refuse. */
function noteFewClasses({values: {mining}, note}: StageContext<MineNegativesValues>, {label}: TrainingImages): void {
  const classes = new Set(label).size
  if ('classes_per_batch' in mining && mining.classes_per_batch > classes)
    note(
      `Batches are of all ${classes} training classes: mining.classes_per_batch ${mining.classes_per_batch} is more than there are.`,
    )
}

/** What the plateau schedule makes of the epoch before, from its plan and its metrics; undefined with other schedules. */
async function judgePlateau({
  values: {schedule},
  inputs: {before, metrics},
}: StageContext<MineNegativesValues>): Promise<PlateauState | undefined> {
  if (schedule.name !== 'plateau') return undefined
  // nothing is carried into epoch 1
  if (before === undefined || metrics === undefined) return plateauStart
  const measured = JSON.parse(await readFile(metrics, 'utf8')) as {metrics: Record<string, number | null>}
  const value = measured.metrics[schedule.metric]
  if (value === undefined)
    throw new UserError(`${metrics} has no ${schedule.metric}, which schedule.metric looks at. Name it in metrics.`)
  return judgeEpoch((await readPlateau(before)) ?? plateauStart, value, schedule)
}

/** Absent where the sampler looks at no descriptors in this epoch. */
async function readOwnDescriptors(
  file: string | undefined,
  {label}: TrainingImages,
): Promise<DescriptorSet | undefined> {
  return file === undefined ? undefined : {...(await readDescriptors(file)), label}
}

async function mine(
  context: StageContext<MineNegativesValues>,
  descriptors: DescriptorSet,
): Promise<NeighbourRows | undefined> {
  const {mining, seed, epoch} = context.values
  const started = performance.now()
  const onProgress = (done: number, total: number) => context.progress({done, total, unit: 'images'})
  const mined = await mineEpoch({mining, descriptors, seed, epoch, onProgress})
  if (mined === undefined) return undefined
  context.report({search_seconds: (performance.now() - started) / 1000})
  if (mined.recall !== undefined) {
    context.report({recall_against_exact: mined.recall})
    if (mined.recall < 1) context.note(`approximate neighbours: recall ${mined.recall.toFixed(4)} against exact`)
  }
  return mined.rows
}

const noNeighbours: NeighbourRows = {
  anchor: new Int32Array(),
  rank: new Int32Array(),
  neighbour: new Int32Array(),
  distance: new Float32Array(),
}
