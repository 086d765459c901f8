import {existsSync} from 'node:fs'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {type StageContext, Stopped} from '../../../../lib/pipeline/stage.ts'
import {writeSteps} from '../../../../lib/tables/steps.ts'

interface Learning {
  readonly rate: number
  readonly steps: number
  readonly trouble: 'none' | 'crash' | 'contract'
}

/** Adds the learning rate to the model's quality; stands still at its first step while the project has a file `hold`. */
export async function run(context: StageContext): Promise<void> {
  const {rate, steps, trouble} = context.values.learning as Learning
  const before = await qualityIn(context.inputs.model!)
  const snapshot = await context.scratch.latest()
  for (let step = snapshot?.step ?? 0; step < steps; step++) {
    if (context.signal.aborted) {
      await context.scratch.save(step, (folder) => writeFile(join(folder, 'step'), String(step)))
      throw new Stopped(`stopped at step ${step}`)
    }
    do {
      context.progress({done: step + 1, total: steps, unit: 'steps', figures: {loss: 1 / (step + 1)}})
      await sleep(existsSync('hold') ? 20 : 0)
    } while (existsSync('hold') && !context.signal.aborted)
  }
  if (trouble === 'crash') throw new Error('the toy broke')
  const quality = trouble === 'contract' ? 7 : before + rate
  context.report({images_per_second: 1000, loss: 0.5, active_fraction: 0.25})
  await writeFile(context.outputs.model!, JSON.stringify({quality}))
  const all = (value: number) => new Float64Array(steps).fill(value)
  await writeSteps(context.outputs.steps!, {
    step: Int32Array.from({length: steps}, (_, step) => step),
    images: new Int32Array(steps).fill(4),
    trainedImages: new Int32Array(steps).fill(4),
    loss: Float64Array.from({length: steps}, (_, step) => 1 / (step + 1)),
    activeFraction: all(0.5),
    positiveDistance: all(0.5),
    negativeDistance: all(1),
    gradientNorm: all(1),
    lr: all(rate),
  })
}

async function qualityIn(file: string): Promise<number> {
  return (JSON.parse(await readFile(file, 'utf8')) as {quality: number}).quality
}
