import {readFile, writeFile} from 'node:fs/promises'
import type {StageContext} from '../../../../lib/pipeline/stage.ts'

/** The model's quality under the names of the metrics, each half as good as the one before. */
export async function run(context: StageContext): Promise<void> {
  const {quality} = JSON.parse(await readFile(context.inputs.model!, 'utf8')) as {quality: number}
  const names = context.values.metrics as string[]
  const metrics = Object.fromEntries(names.map((name, i) => [name, quality / 2 ** i]))
  await writeFile(context.outputs.metrics!, JSON.stringify({metrics}))
}
