import {writeModel} from '../lib/model/checkpoint.ts'
import {importWeights} from '../lib/model/import-weights.ts'
import {randomWeights} from '../lib/model/random-weights.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import type {InitializeModelValues} from './parameters.ts'

/** Makes checkpoint 0: random weights drawn from the seed, or a PyTorch file's, together with the pre-processing they expect. */
export async function run(context: StageContext<InitializeModelValues>): Promise<void> {
  const {model, image, seed} = context.values
  const {weights: source, ...spec} = model
  const imported = source === 'random' ? undefined : await importWeights(source, spec, seed)
  const weights = imported?.weights ?? (await randomWeights(spec, seed))
  for (const note of imported?.notes ?? []) context.note(note)
  const hasStatistics = [...weights.keys()].some((name) => name.endsWith('running_var'))
  if (imported === undefined && spec.batchnorm === 'frozen' && hasStatistics)
    context.note(
      'The weights are random, and batch norm normalises by statistics that stay as they start (model.batchnorm frozen), which is meant for trained weights. ' +
        'Name a file in model.weights, or set model.batchnorm=live to train from nothing.',
    )
  await writeModel(context.outputs.model!, {
    spec,
    preprocessing: {
      transforms: image.eval,
      channels: image.channels,
      range: image.range,
      mean: image.mean,
      std: image.std,
    },
    weights,
    provenance:
      imported === undefined
        ? {weights: `random, seed ${seed}`}
        : {
            weights:
              spec.embedding === null
                ? 'imported'
                : `imported; what the file lacks of the head is random, seed ${seed}`,
          },
  })
}
