import {rescale} from '../../lib/data/rescale.ts'
import {normaliseRows} from '../../lib/engine/normalise-rows.ts'
import type {ModelFile} from '../../lib/model/checkpoint.ts'
import {meanOfScales} from '../../lib/model/mean-of-scales.ts'
import {type ImageBatch, openNetwork} from '../../lib/model/network.ts'
import type {Precision} from '../../lib/model/spec.ts'
import type {ExtractDescriptorsValues} from '../parameters.ts'

type MultiScale = NonNullable<NonNullable<ExtractDescriptorsValues['image']>['multiscale']>

/** A model that describes images, perhaps at several scales. */
export interface Describer {
  readonly dim: number
  /** Unit vectors, count * dim. */
  readonly describe: (batch: ImageBatch) => Float32Array
  readonly dispose: () => void
}

/** Opens a model for description. */
export async function openDescriber(
  model: ModelFile,
  {precision, multiscale}: {readonly precision: Precision; readonly multiscale: MultiScale | null | undefined},
): Promise<Describer> {
  const network = await openNetwork(model.spec, model.weights, model.preprocessing, {precision, training: false})
  const {dim, dispose} = network
  const describe = (batch: ImageBatch) => unitRows(network.describe(batch), dim)
  if (multiscale == null) return {dim, describe, dispose}
  const power = multiscale.power ?? ownPower(model)
  const describeAll = (batch: ImageBatch) => {
    const parts = multiscale.scales.map((scale) => describe(rescale(batch, scale)))
    return unitRows(meanOfScales(parts, power), dim)
  }
  return {dim, describe: describeAll, dispose}
}

/** As cnnimageretrieval and RAML choose it: the exponent of GeM where nothing follows it, else 1. */
function ownPower({spec, weights}: ModelFile): number {
  if (spec.pool !== 'gem' || spec.embedding !== null) return 1
  return (weights.get('pool.p')!.data as Float32Array)[0]!
}

function unitRows(vectors: Float32Array, dim: number): Float32Array {
  normaliseRows(vectors, dim)
  return vectors
}
