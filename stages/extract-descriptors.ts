import {readModel} from '../lib/model/checkpoint.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {describeSplit} from './extract/describe-split.ts'
import type {ExtractDescriptorsValues} from './parameters.ts'

/** Describes every image of one split by the model of the run. */
export async function run(context: StageContext<ExtractDescriptorsValues>): Promise<void> {
  const {values, inputs} = context
  await describeSplit(await readModel(inputs.model!, values.model.backbone), values, context)
}
