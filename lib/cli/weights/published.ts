/** A file of weights as its publisher offers it. Nothing here is ever downloaded by this program. */
export interface PublishedWeights {
  readonly backbone: string
  /** What it was trained on, and by what name its publisher calls it. */
  readonly title: string
  readonly url: string
  /** Megabytes (2^20 bytes), where its publisher says so. */
  readonly megabytes?: number
  readonly licence: string
  /** How the sha256 begins, where its publisher says so: by PyTorch's custom in the name of the file. */
  readonly sha256?: string
  /** Who used it, what is special. */
  readonly note?: string
}

const torchvision =
  'BSD-3-Clause (torchvision); trained on ImageNet, whose terms are for research that is not commercial'
const timm = 'Apache-2.0 (timm); trained on ImageNet-21k and ImageNet'
const meta = 'Apache-2.0 (Meta AI)'

/** Of torchvision 0.28 where not said otherwise: names, addresses and sizes are those of its models' `_Weights`. */
export const publishedWeights: readonly PublishedWeights[] = [
  ofTorchvision('resnet18', 'ResNet18_Weights.IMAGENET1K_V1', 'resnet18-f37072fd.pth', 44.661, 'the lab'),
  ofTorchvision('resnet34', 'ResNet34_Weights.IMAGENET1K_V1', 'resnet34-b627a593.pth', 83.275),
  ofTorchvision(
    'resnet50',
    'ResNet50_Weights.IMAGENET1K_V1',
    'resnet50-0676ba61.pth',
    97.781,
    'RAML (pretrained=True)',
  ),
  ofTorchvision('resnet50', 'ResNet50_Weights.IMAGENET1K_V2', 'resnet50-11ad3fa6.pth', 97.79),
  {
    backbone: 'resnet50',
    title: "ImageNet: Cadene's pretrainedmodels 0.7.4, an older file of torchvision",
    url: 'https://download.pytorch.org/models/resnet50-19c8e357.pth',
    licence: torchvision,
    sha256: '19c8e357',
    note: 'Deep-Metric-Learning-Baselines',
  },
  ofTorchvision('resnet101', 'ResNet101_Weights.IMAGENET1K_V1', 'resnet101-63fe2227.pth', 170.511),
  ofTorchvision('resnet101', 'ResNet101_Weights.IMAGENET1K_V2', 'resnet101-cd907fc2.pth', 170.53),
  ofTorchvision(
    'googlenet',
    'GoogLeNet_Weights.IMAGENET1K_V1',
    'googlenet-1378be20.pth',
    49.731,
    'Deep-Metric-Learning-Baselines; ported from TensorFlow, for pixels in -1..1 (transform_input)',
  ),
  {
    backbone: 'bninception',
    title: "ImageNet: Cadene's pretrainedmodels 0.7.4",
    url: 'http://data.lip6.fr/cadene/pretrainedmodels/bn_inception-52deb4733.pth',
    licence:
      'BSD-3-Clause (pretrained-models.pytorch); trained on ImageNet, whose terms are for research that is not commercial',
    sha256: '52deb4733',
    note: 'the Reality Check; pixels are BGR in 0..255, less 104, 117, 128',
  },
  ofTorchvision(
    'mobilenet_v3_large',
    'MobileNet_V3_Large_Weights.IMAGENET1K_V1',
    'mobilenet_v3_large-8738ca79.pth',
    21.114,
  ),
  ofTorchvision(
    'mobilenet_v3_large',
    'MobileNet_V3_Large_Weights.IMAGENET1K_V2',
    'mobilenet_v3_large-5c1a4163.pth',
    21.107,
  ),
  ofTorchvision(
    'efficientnet_b0',
    'EfficientNet_B0_Weights.IMAGENET1K_V1',
    'efficientnet_b0_rwightman-7f5810bc.pth',
    20.451,
  ),
  ofTorchvision('convnext_tiny', 'ConvNeXt_Tiny_Weights.IMAGENET1K_V1', 'convnext_tiny-983f1562.pth', 109.119),
  ofTorchvision('vit_base_patch16_224', 'ViT_B_16_Weights.IMAGENET1K_V1', 'vit_b_16-c867db91.pth', 330.285),
  ofTimm('vit_small_patch16_224', 'augreg_in21k_ft_in1k'),
  ofTimm('vit_base_patch16_224', 'augreg2_in21k_ft_in1k'),
  ofMeta('dino_vits16', 'DINO', 'dino/dino_deitsmall16_pretrain/dino_deitsmall16_pretrain.pth'),
  ofMeta('dino_vitb16', 'DINO', 'dino/dino_vitbase16_pretrain/dino_vitbase16_pretrain.pth'),
  ofMeta('dinov2_vits14', 'DINOv2', 'dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth'),
  ofMeta('dinov2_vitb14', 'DINOv2', 'dinov2/dinov2_vitb14/dinov2_vitb14_pretrain.pth'),
  ofMeta('dinov2_vits14_reg', 'DINOv2 with registers', 'dinov2/dinov2_vits14/dinov2_vits14_reg4_pretrain.pth'),
  ofMeta('dinov2_vitb14_reg', 'DINOv2 with registers', 'dinov2/dinov2_vitb14/dinov2_vitb14_reg4_pretrain.pth'),
]

function ofTorchvision(
  backbone: string,
  title: string,
  file: string,
  megabytes: number,
  note?: string,
): PublishedWeights {
  const sha256 = /-([0-9a-f]{8})\.pth$/.exec(file)![1]!
  const url = `https://download.pytorch.org/models/${file}`
  return {backbone, title, url, megabytes, licence: torchvision, sha256, ...(note === undefined ? {} : {note})}
}

function ofTimm(backbone: string, tag: string): PublishedWeights {
  const url = `https://huggingface.co/timm/${backbone}.${tag}/resolve/main/model.safetensors`
  return {backbone, title: `timm ${backbone}.${tag}`, url, licence: timm, note: 'mean and std are 0.5'}
}

function ofMeta(backbone: string, title: string, path: string): PublishedWeights {
  return {backbone, title, url: `https://dl.fbaipublicfiles.com/${path}`, licence: meta}
}
