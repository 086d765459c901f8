import {type Layers, loadBackbone} from './backbones/backbone.ts'
import {buildHead} from './heads/head.ts'
import type {ModelSpec} from './spec.ts'
import type {TensorLayout} from './tensor-layout.ts'

/** All tensors of a network: the backbone's in the order of its package's state dict, without the classifier, then the head's. */
export async function layoutOf(spec: ModelSpec): Promise<TensorLayout[]> {
  const build = await loadBackbone(spec)
  const tensors: TensorLayout[] = []
  const layers: Layers = {
    unit: ({convolution, norm, input, output, size}) => {
      tensors.push(
        {name: `${convolution}.weight`, shape: [output, input, size, size], role: 'conv'},
        ...batchNorm(norm, output),
      )
      return onPaper
    },
    weight: (layout) => {
      tensors.push(layout)
      return undefined as never // only layers that compute look at it
    },
  }
  buildHead(spec, build(spec, layers).channels, layers)
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
