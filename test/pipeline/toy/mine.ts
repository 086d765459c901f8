import {readFile, writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

/** The plan depends on the order of what was described only: most models give the same plan (early cutoff). */
export async function run({values, inputs, outputs}: StageContext): Promise<void> {
  await trouble('mine')
  const {numbers} = JSON.parse(await readFile(inputs.numbers!, 'utf8')) as {numbers: number[]}
  const described = inputs.described
  const by =
    described === undefined ? numbers : (JSON.parse(await readFile(described, 'utf8')) as {values: number[]}).values
  const order = by.map((_, i) => i).sort((a, b) => by[a]! - by[b]!)
  await writeFile(outputs.batches!, JSON.stringify({steps: order.map((i) => numbers[i]), seed: values.seed}))
}
