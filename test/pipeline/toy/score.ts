import {readFile, writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../lib/pipeline/stage.ts'
import {trouble} from './trouble.ts'

export async function run({values, inputs, outputs}: StageContext): Promise<void> {
  await trouble('score')
  const {values: described} = JSON.parse(await readFile(inputs.described!, 'utf8')) as {values: number[]}
  // Best where the sum is nearest to 10: neither the first nor the last epoch.
  const sum = described.reduce((total, value) => total + value, 0)
  const all: Record<string, number> = {score: 1 / (1 + Math.abs(sum - 10)), size: described.length}
  const metrics = Object.fromEntries((values.metrics as string[]).map((name) => [name, all[name]!]))
  await writeFile(
    outputs.metrics!,
    JSON.stringify(broken() ? {metrics, problems: ['score is NaN', 'size is negative']} : {metrics}),
  )
}

function broken(): boolean {
  return process.env.NEARMISS_TOY_TROUBLE === 'score:broken'
}
