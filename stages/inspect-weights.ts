import {writeFile} from 'node:fs/promises'
import {inspectWeights} from '../lib/model/inspect-weights.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'

/** Says what a file of weights holds. */
export async function run({values, outputs}: StageContext<{readonly path: string}>): Promise<void> {
  await writeFile(outputs.report!, JSON.stringify(await inspectWeights(values.path)))
}
