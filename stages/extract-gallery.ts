import {readModel} from '../lib/model/checkpoint.ts'
import {traceNetwork} from '../lib/model/graph.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {UserError} from '../lib/user-error.ts'
import {describeSplit} from './extract/describe-split.ts'
import type {ExtractGalleryValues} from './parameters.ts'

/**
 * Describes the images of a split as those that are looked among: by another model than the one that describes queries, or at another
 * resolution. Models whose descriptors have other lengths are refused before an image is read.
 */
export async function run(context: StageContext<ExtractGalleryValues>): Promise<void> {
  const {values, inputs} = context
  const {gallery, model: own} = values
  if (gallery === null)
    throw new UserError('gallery is null: queries look among each other, so there is no gallery to describe.')
  const model = await readModel(gallery.model ?? inputs.model!)
  const [asking, asked] = [(await traceNetwork(own)).dim, (await traceNetwork(model.spec)).dim]
  if (asking !== asked)
    throw new UserError(
      `Queries have descriptors of ${asking} numbers, the gallery's model ${gallery.model} makes ${asked}. ` +
        'Both must describe in one space: give gallery.model a model of that length, or set model.embedding.size.',
    )
  await describeSplit(model, {...values, transform: gallery.transforms}, context)
}
