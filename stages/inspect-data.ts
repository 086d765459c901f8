import {writeFile} from 'node:fs/promises'
import {type InspectOptions, inspectData} from '../lib/data/inspect.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'

/** Says what a folder is and whether it can be trained on: `nearmiss doctor data`. */
export async function run(context: StageContext<InspectOptions & {readonly root: string}>): Promise<void> {
  const {root, ...options} = context.values
  const inspection = await inspectData(root, options, (done, total) => {
    // Every message costs a round through two processes: not one for each of 120,000 pictures.
    if (done % 100 === 0 || done === total) context.progress({done, total, unit: 'pictures'})
  })
  await writeFile(context.outputs.inspection!, JSON.stringify(inspection))
}
