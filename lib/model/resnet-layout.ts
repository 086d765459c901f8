import type {ModelSpec} from './spec.ts'

/** What a tensor is to its layer: a convolution's weights, or one of batch norm's γ, β, running mean, running variance and step count. */
export type TensorRole = 'conv' | 'gamma' | 'beta' | 'mean' | 'variance' | 'count'

/** One tensor of a network as torchvision names and shapes it; convolutions are [out, in, height, width], counts are scalars. */
export interface TensorLayout {
  readonly name: string
  readonly shape: readonly number[]
  readonly role: TensorRole
}

/** All tensors of a ResNet18 in torchvision's order, without the classifier `fc` (He et al. 2016; torchvision/models/resnet.py). */
export function resnetLayout(spec: ModelSpec): TensorLayout[] {
  const stemSize = spec.stem === 'imagenet' ? 7 : 3
  return [
    convolution('conv1.weight', spec.width, 3, stemSize),
    ...batchNorm('bn1', spec.width),
    ...[1, 2, 3, 4].flatMap((layer) => residualLayer(layer, spec.width)),
  ]
}

/** Two basic blocks; from the second layer on the first block doubles the channels and has a 1x1 convolution beside it. */
function residualLayer(layer: number, width: number): TensorLayout[] {
  const channels = width * 2 ** (layer - 1)
  const incoming = layer === 1 ? channels : channels / 2
  return [0, 1].flatMap((block) => {
    const name = `layer${layer}.${block}`
    const entering = block === 0 ? incoming : channels
    const shortcut = [
      convolution(`${name}.downsample.0.weight`, channels, entering, 1),
      ...batchNorm(`${name}.downsample.1`, channels),
    ]
    return [
      convolution(`${name}.conv1.weight`, channels, entering, 3),
      ...batchNorm(`${name}.bn1`, channels),
      convolution(`${name}.conv2.weight`, channels, channels, 3),
      ...batchNorm(`${name}.bn2`, channels),
      ...(entering === channels ? [] : shortcut),
    ]
  })
}

function convolution(name: string, outgoing: number, incoming: number, size: number): TensorLayout {
  return {name, shape: [outgoing, incoming, size, size], role: 'conv'}
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
