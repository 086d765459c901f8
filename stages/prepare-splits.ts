import {listImages} from '../lib/data/list-images.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeImages} from '../lib/tables/images.ts'
import {writeMembers} from '../lib/tables/members.ts'
import type {PrepareSplitsValues} from './parameters.ts'

/** Lists the data set: every image with its class, split, size and hash; reports duplicates and refuses what cannot be decoded. */
export async function run(context: StageContext<PrepareSplitsValues>): Promise<void> {
  const {data} = context.values
  const {images, members, notes} = await listImages(data, {
    // Every message costs a round through two processes and the log: not one for each of 120,000 pictures.
    onProgress: (done, total) => {
      if (done % 100 === 0 || done === total) context.progress({done, total, unit: 'images'})
    },
  })
  for (const note of notes) context.note(note)
  context.report({images: images.id.length, classes: new Set(images.label).size})
  await writeImages(context.outputs.images!, images)
  await writeMembers(context.outputs.membership!, members)
}
