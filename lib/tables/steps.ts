import type {ColumnsOf} from './definition.ts'
import {collectProblems} from './problems.ts'
import {readTable} from './read.ts'
import {writeTable} from './write.ts'

export const stepsDefinition = {
  name: 'steps',
  meaning: 'What happened in every training step of an epoch; by step.',
  columns: {
    step: {type: 'int32', meaning: 'from 0, without gaps'},
    images: {type: 'int32', meaning: 'images in the batch'},
    trained_images: {type: 'int32', meaning: 'of these, images that went through the backward pass'},
    loss: {type: 'float64', meaning: 'of the batch, before the step'},
    active_fraction: {type: 'float64', meaning: 'share of triplets or pairs whose loss is above 0'},
    positive_distance: {
      type: 'float64',
      meaning: 'mean distance of images of one class, over the tuples; NaN in a step without any',
    },
    negative_distance: {
      type: 'float64',
      meaning: 'mean distance of images of two classes, over the tuples; NaN in a step without any',
    },
    gradient_norm: {
      type: 'float64',
      meaning:
        'Euclidean norm over all trained parameters, before clipping; NaN in a step that only adds to the gradient',
    },
    lr: {type: 'float64', meaning: 'learning rate of the step'},
  },
  metadata: {},
} as const

/** The steps in memory: one array per column. */
export type StepsTable = ColumnsOf<typeof stepsDefinition>

/** Reads steps.arrow. Throws UserError for a file that is missing, damaged or no table of steps. */
export async function readSteps(path: string): Promise<StepsTable> {
  return (await readTable(path, stepsDefinition)).columns
}

/** Writes steps.arrow; equal tables give equal bytes. */
export async function writeSteps(path: string, columns: StepsTable): Promise<void> {
  await writeTable(path, stepsDefinition, {columns, metadata: {}})
}

/** What breaks the contract of steps.arrow, one sentence each: dense steps, possible counts, finite numbers. */
export function checkSteps(path: string): Promise<string[]> {
  return collectProblems(async (note) => {
    const steps = await readSteps(path)
    if (steps.step.length === 0) note('empty', () => `${path} holds no step.`)
    for (const [row, step] of steps.step.entries()) {
      if (step !== row) note('order', () => `Row ${row} is step ${step}; steps count from 0 without gaps.`)
      const [images, trained] = [steps.images[row]!, steps.trainedImages[row]!]
      if (images <= 0 || trained < 0 || trained > images) {
        note('counts', () => `Step ${step} trained ${trained} of ${images} images.`)
      }
      const loss = steps.loss[row]!
      if (!Number.isFinite(loss)) note('loss', () => `Step ${step} has loss ${loss}; it must be finite.`)
      for (const name of ['positiveDistance', 'negativeDistance', 'gradientNorm', 'lr'] as const) {
        const value = steps[name][row]!
        if (name !== 'lr' && Number.isNaN(value)) continue
        if (!(value >= 0 && value < Infinity))
          note(name, () => `Step ${step} has ${name} ${value}; it must be finite and not negative.`)
      }
      const active = steps.activeFraction[row]!
      if (!(active >= 0 && active <= 1))
        note('activeFraction', () => `Step ${step} has an active fraction of ${active}, not 0 to 1.`)
    }
  })
}
