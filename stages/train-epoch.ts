import {join} from 'node:path'
import {openLoader} from '../lib/data/loader.ts'
import {readModel, readTraining, writeModel, writeTraining} from '../lib/model/checkpoint.ts'
import {type StageContext, Stopped} from '../lib/pipeline/stage.ts'
import {readBatches} from '../lib/tables/batches.ts'
import {readImages} from '../lib/tables/images.ts'
import {readSteps, writeSteps} from '../lib/tables/steps.ts'
import type {TrainEpochValues} from './parameters.ts'
import {openTraining} from './train-epoch/open-training.ts'
import {plannedSteps} from './train-epoch/planned-steps.ts'
import {openStepLog} from './train-epoch/step-log.ts'

/**
 * Walks through the epoch's plan. Step k depends only on the plan, the checkpoint and the images, so an epoch that was
 * killed anywhere and resumed ends with the same bytes as one that was not.
 */
export async function run(context: StageContext<TrainEpochValues>): Promise<void> {
  const values = context.values
  const {accumulate} = values.optimizer
  const images = await readImages(context.inputs.images!)
  const plan = plannedSteps(await readBatches(context.inputs.batches!), images)
  const start = await openStart(context)
  const {model} = start
  const {network, objective, trainer, learn} = await openTraining(values, plan.classes, start)
  const loader = openLoader({...plan.sources, transforms: values.image.train})
  const log = openStepLog(context, plan.steps.length, start.log)

  const save = async (path: (file: string) => string) => {
    await writeModel(path('model'), {...model, weights: trainer.modelWeights(network.weights())})
    await writeTraining(path('training'), trainer.training(objective.state()))
    await writeSteps(path('steps'), log.columns())
  }
  const snapshot = (step: number) => context.scratch.save(step, (folder) => save((file) => snapshotFile(folder, file)))

  try {
    for await (const loaded of loader.batches(plan.steps.slice(start.step))) {
      const step = start.step + loaded.index
      const planned = plan.steps[step]!
      // Gradients of `accumulate` batches make an update; the last one of an epoch may have fewer.
      const firstOfUpdate = step - (step % accumulate)
      const batchesOfUpdate = Math.min(accumulate, plan.steps.length - firstOfUpdate)

      const learnt = learn(loaded, planned)
      const isUpdate = step === firstOfUpdate + batchesOfUpdate - 1
      const gradientNorm = isUpdate ? trainer.step({...planned, batches: batchesOfUpdate}).gradientNorm : Number.NaN
      log.add({step, planned, ...learnt, gradientNorm, waitMs: loaded.waitMs})

      if (context.signal.aborted) {
        if (isUpdate && step + 1 < plan.steps.length) await stop(step + 1)
      } else if (isUpdate && (step + 1) % context.snapshotEverySteps < accumulate && step + 1 < plan.steps.length) {
        await snapshot(step + 1)
      }
    }
  } finally {
    await loader.close()
  }
  await save((file) => context.outputs[file]!)
  log.report()

  async function stop(step: number): Promise<never> {
    await snapshot(step)
    throw new Stopped(`stopped at step ${step} of ${plan.steps.length}; a snapshot of it is kept`)
  }
}

/** Where to go on: the newest snapshot of this very epoch, else the checkpoint before it. */
async function openStart(context: StageContext<TrainEpochValues>) {
  const snapshot = await context.scratch.latest()
  if (snapshot !== undefined) {
    const {step, folder} = snapshot
    return {
      step,
      model: await readModel(snapshotFile(folder, 'model')),
      training: await readTraining(snapshotFile(folder, 'training')),
      log: await readSteps(snapshotFile(folder, 'steps')),
    }
  }
  const training = context.inputs.training
  return {
    step: 0,
    model: await readModel(context.inputs.model!, context.values.model.backbone),
    training: training === undefined ? undefined : await readTraining(training),
    log: undefined,
  }
}

function snapshotFile(folder: string, file: string): string {
  return join(folder, file === 'steps' ? 'steps.arrow' : `${file}.safetensors`)
}
