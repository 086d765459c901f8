import {join} from 'node:path'
import {openLoader} from '../lib/data/loader.ts'
import {readModel, readTraining, writeModel, writeTraining} from '../lib/model/checkpoint.ts'
import {openNetwork} from '../lib/model/network.ts'
import {openTrainer} from '../lib/model/trainer.ts'
import {openObjective} from '../lib/objectives/objective.ts'
import {type StageContext, Stopped} from '../lib/pipeline/stage.ts'
import {readBatches} from '../lib/tables/batches.ts'
import {readImages} from '../lib/tables/images.ts'
import {readSteps, type StepsTable, writeSteps} from '../lib/tables/steps.ts'
import {trainEpochValues} from './parameters.ts'
import {type PlannedStep, stepsOfPlan} from './plan-steps.ts'

/**
 * Walks through the epoch's plan. Step k depends only on the plan, the checkpoint and the images, so an epoch that was
 * killed anywhere and resumed ends with the same bytes as one that was not.
 */
export async function run(context: StageContext): Promise<void> {
  const values = trainEpochValues.parse(context.values)
  const images = await readImages(context.inputs['images']!)
  const plan = stepsOfPlan(await readBatches(context.inputs['batches']!), images)
  const start = await openStart(context)
  const {model} = start
  const network = openNetwork(model.spec, model.weights, model.preprocessing, {precision: values.precision, training: true})
  const trainer = openTrainer(network, values.optimizer, start.training)
  const objective = await openObjective(values.objective)
  const loader = openLoader({root: images.root, paths: pathsOf(plan, images), transforms: values.image.train})

  const steps = start.steps
  const save = async (files: Files) => {
    await writeModel(files.model, {...model, weights: trainer.modelWeights()})
    await writeTraining(files.training, trainer.training())
    await writeSteps(files.steps, columnsOf(steps))
  }
  const timing = {images: 0, waitMs: 0, started: performance.now()}
  try {
    for await (const {index, batch, waitMs, release} of loader.batches(plan.slice(start.step))) {
      const step = start.step + index
      const planned = plan[step]!
      const pass = network.forward(batch)
      const result = objective.evaluate(pass.embeddings, planned)
      pass.backward(result.gradient, result.activeRows)
      result.gradient.dispose()
      release()
      const isUpdate = (step + 1) % values.optimizer.accumulate === 0 || step + 1 === plan.length
      const gradientNorm = isUpdate ? trainer.step({lr: planned.lr}).gradientNorm : Number.NaN
    }
  } finally {
    await loader.close()
  }
}
