import {writeFile} from 'node:fs/promises'
import {countSteps} from '../lib/objectives/count-steps.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import type {CheckMiningValues} from './parameters.ts'
import {readTrainingImages} from './training-images.ts'

/** Finds out before any work whether the training images can fill the batches that `mining` asks for, and how many there will be. */
export async function run({values, inputs, outputs, report}: StageContext<CheckMiningValues>): Promise<void> {
  const images = await readTrainingImages(inputs.images!)
  // A data set that has nothing to train on can still be measured.
  const steps = images.id.length === 0 ? 0 : await countSteps(values.mining, images)
  report({images: images.id.length, steps})
  await writeFile(outputs.outlook!, `${JSON.stringify({images: images.id.length, steps})}\n`)
}
