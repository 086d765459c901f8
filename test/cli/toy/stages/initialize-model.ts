import {writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../../lib/pipeline/stage.ts'

/** A model of a given quality. */
export async function run(context: StageContext): Promise<void> {
  await writeFile(context.outputs.model!, JSON.stringify({quality: context.values.quality}))
}
