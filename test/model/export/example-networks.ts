import type {ModelFile} from '../../../lib/model/checkpoint.ts'
import type {ModelSpec} from '../../../lib/model/spec.ts'
import {tiny, tinyWeights} from '../tiny-network.ts'

export const linear = {size: 5, hidden: [], relu: 'between', normalise: 'none'} as const

/** Small networks in which every pooling and every head occurs: each format has to write them. */
export const exampleNetworks: Readonly<Record<string, ModelSpec>> = {
  'ResNet18 with SPoC': tiny,
  'ResNet18 with the stem for ImageNet, MAC and a linear layer': {
    ...tiny,
    stem: 'imagenet',
    pool: 'mac',
    embedding: linear,
  },
  'ResNet34 trained with live batch norm, GeM and layers with ReLU between': {
    ...tiny,
    backbone: 'resnet34',
    batchnorm: 'live',
    pool: 'gem',
    embedding: {...linear, hidden: [6], normalise: 'added'},
  },
  'ResNet50 with GeM per channel and the layers of the Reality Check': {
    ...tiny,
    backbone: 'resnet50',
    width: 2,
    pool: 'gem-channels',
    embedding: {...linear, hidden: [6, 7], relu: 'mlrc', normalise: 'clamped'},
  },
  GoogLeNet: {...tiny, backbone: 'googlenet', width: 64, stem: 'imagenet'},
  'BN-Inception': {...tiny, backbone: 'bninception', width: 64, stem: 'imagenet'},
  'MobileNetV3-Large': {...tiny, backbone: 'mobilenet_v3_large', width: 64, stem: 'imagenet'},
  'EfficientNet-B0': {...tiny, backbone: 'efficientnet_b0', width: 64, stem: 'imagenet'},
  'ConvNeXt-Tiny': {...tiny, backbone: 'convnext_tiny', width: 8, stem: 'imagenet'},
}

export async function modelOf(spec: ModelSpec): Promise<ModelFile> {
  // As each was trained: BN-Inception comes from Caffe.
  const input =
    spec.backbone === 'bninception'
      ? ({channels: 'bgr', range: 255, mean: [104, 117, 128], std: [1, 1, 1]} as const)
      : ({channels: 'rgb', range: 1, mean: [0.45, 0.5, 0.4], std: [0.22, 0.2, 0.25]} as const)
  const preprocessing = {transforms: [{resize: 32}], ...input}
  return {spec, preprocessing, weights: await tinyWeights(spec), provenance: {weights: 'drawn'}}
}
