import {openLoader} from '../lib/data/loader.ts'
import {readModel, readTraining} from '../lib/model/checkpoint.ts'
import {hasDiverged, smooth, suggestRate, testedRate} from '../lib/objectives/range-test.ts'
import {type StageContext, Stopped} from '../lib/pipeline/stage.ts'
import {readBatches} from '../lib/tables/batches.ts'
import {readImages} from '../lib/tables/images.ts'
import {writeRates} from '../lib/tables/rates.ts'
import {UserError} from '../lib/user-error.ts'
import type {FindLrValues} from './parameters.ts'
import {openTraining} from './train-epoch/open-training.ts'
import {plannedSteps} from './train-epoch/planned-steps.ts'

/**
 * A range test (Smith 2017): trains on an epoch's plan while the learning rate rises, and keeps nothing but the losses. A plan that is
 * too short begins again.
 */
export async function run(context: StageContext<FindLrValues>): Promise<void> {
  const {values, inputs} = context
  const {find_lr: spec, optimizer} = values
  const images = await readImages(inputs.images!)
  const plan = plannedSteps(await readBatches(inputs.batches!), images)
  const model = await readModel(inputs.model!, values.model.backbone)
  const training = inputs.training === undefined ? undefined : await readTraining(inputs.training)
  const {trainer, learn} = await openTraining(values, plan.classes, {model, training})
  const loader = openLoader({...plan.sources, transforms: values.image.train})

  const batches = Array.from({length: spec.steps * optimizer.accumulate}, (_, i) => plan.steps[i % plan.steps.length]!)
  const rates: number[] = []
  const losses: number[] = []
  let sum = 0
  try {
    for await (const loaded of loader.batches(batches)) {
      if (context.signal.aborted) throw new Stopped('stopped: a range test is made in one go')
      const planned = batches[loaded.index]!
      const loss = tryTo(() => learn(loaded, planned).evaluation.loss, rates.length > 0)
      if (loss === undefined) break
      sum += loss
      if ((loaded.index + 1) % optimizer.accumulate > 0) continue
      const lr = testedRate(spec, rates.length)
      trainer.step({lr, momentum: planned.momentum, batches: optimizer.accumulate})
      rates.push(lr)
      losses.push(sum / optimizer.accumulate)
      sum = 0
      context.progress({done: rates.length, total: spec.steps, unit: 'steps', figures: {loss: losses.at(-1)!, lr}})
      if (hasDiverged(smooth(losses, spec.smoothing), spec.stop_factor)) break
    }
  } finally {
    await loader.close()
  }
  const smoothed = smooth(losses, spec.smoothing)
  const suggested = suggestRate(rates, smoothed)
  context.note(describe(rates, smoothed, suggested))
  await writeRates(context.outputs.rates!, {
    step: Int32Array.from(rates.keys()),
    lr: Float64Array.from(rates),
    loss: Float64Array.from(losses),
    smoothed: Float64Array.from(smoothed),
    suggested,
  })
}

/** Undefined for a loss that is no number any more, which ends a test that has begun. */
function tryTo(learn: () => number, hasBegun: boolean): number | undefined {
  try {
    return learn()
  } catch (error) {
    if (hasBegun && error instanceof UserError) return undefined
    throw error
  }
}

function describe(rates: readonly number[], smoothed: readonly number[], suggested: number | undefined): string {
  const range = `from ${brief(rates[0]!)} to ${brief(rates.at(-1)!)} in ${rates.length} steps`
  if (suggested === undefined) return `the loss falls at no learning rate ${range}; try another range`
  const lowest = Math.min(...smoothed)
  const best = rates[smoothed.indexOf(lowest)]!
  return `learning rates ${range}: the loss falls fastest at ${brief(suggested)} and is lowest (${brief(lowest)}) at ${brief(best)}`
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)))
}
