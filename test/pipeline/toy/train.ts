import {existsSync} from 'node:fs'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout} from 'node:timers/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

/** One step a number: the weight after step k depends on every step before it, so a lost or doubled step shows in the result. */
export async function run(context: StageContext): Promise<void> {
  const {values, inputs, outputs, scratch, snapshotEverySteps, signal} = context
  await trouble('train')
  const objective = values.objective as {loss: string; margin?: number; temperature?: number}
  const {loss} = (await import(`./loss-${objective.loss}.ts`)) as {
    loss: (weight: number, target: number, scale: number) => number
  }
  const {steps} = JSON.parse(await readFile(inputs.batches!, 'utf8')) as {steps: number[]}
  const snapshot = await scratch.latest()
  let {weight} = JSON.parse(await readFile(snapshot ? join(snapshot.folder, 'state.json') : inputs.model!, 'utf8')) as {
    weight: number
  }
  if (snapshot) context.note(`goes on at step ${snapshot.step}`)
  const save = (step: number) =>
    scratch.save(step, async (folder) => {
      await writeFile(join(folder, 'state.json'), JSON.stringify({weight}))
      await writeFile(join(folder, 'more.json'), '{}')
    })
  for (let step = snapshot?.step ?? 0; step < steps.length; step++) {
    weight = loss(weight, steps[step]!, objective.margin ?? objective.temperature!)
    context.progress({done: step + 1, total: steps.length, unit: 'steps', figures: {loss: weight}})
    if ((step + 1) % snapshotEverySteps === 0) await save(step + 1)
    // A test that wants to meet training at work holds it up here.
    while (existsSync(`hold-${step + 1}`) && !signal.aborted) await setTimeout(10)
    if (signal.aborted) {
      await save(step + 1)
      signal.throwIfAborted()
    }
  }
  await writeFile(
    outputs.model!,
    JSON.stringify({weight, ...(process.env.NEARMISS_TOY_NOISE ? {noise: process.pid} : {})}),
  )
  await writeFile(outputs.training!, JSON.stringify({moment: weight / 2}))
  context.report({steps: steps.length})
}
