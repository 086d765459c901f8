import {loadBackbone} from './backbones/backbone.ts'
import type {ModelSpec} from './spec.ts'

/** What a tensor is to its layer: a convolution's weights, or one of batch norm's γ, β, running mean, running variance and step count. */
export type TensorRole = 'conv' | 'gamma' | 'beta' | 'mean' | 'variance' | 'count'

/** One tensor of a network as its package names and shapes it; convolutions are [out, in, height, width], counts are scalars. */
export interface TensorLayout {
  readonly name: string
  readonly shape: readonly number[]
  readonly role: TensorRole
}

/** All tensors of a network in the order of its package's state dict, without the classifier. */
export async function layoutOf(spec: ModelSpec): Promise<TensorLayout[]> {
  const build = await loadBackbone(spec)
  const tensors: TensorLayout[] = []
  build(spec, {
    unit: ({convolution, norm, input, output, size}) => {
      tensors.push(
        {name: `${convolution}.weight`, shape: [output, input, size, size], role: 'conv'},
        ...batchNorm(norm, output),
      )
      return onPaper
    },
  })
  return tensors
}

function batchNorm(name: string, channels: number): TensorLayout[] {
  return [
    {name: `${name}.weight`, shape: [channels], role: 'gamma'},
    {name: `${name}.bias`, shape: [channels], role: 'beta'},
    {name: `${name}.running_mean`, shape: [channels], role: 'mean'},
    {name: `${name}.running_var`, shape: [channels], role: 'variance'},
    {name: `${name}.num_batches_tracked`, shape: [], role: 'count'},
  ]
}

function onPaper(): never {
  throw new Error('a layer of a layout computes nothing')
}
