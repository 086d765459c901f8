/** Networks of the field, as their packages name them. */
export const backboneNames = ['resnet18', 'resnet34', 'resnet50', 'resnet101'] as const

export type BackboneName = (typeof backboneNames)[number]

/** What a network is, apart from its weights: kept in every checkpoint. */
export interface ModelSpec {
  /** The name of its file in backbones/. */
  readonly backbone: BackboneName
  /** Channels of the first layer; 64 in torchvision; a descriptor has 8 times as many, with bottlenecks 32 times. */
  readonly width: number
  /** imagenet: 7x7 stride 2 and max pool; small: 3x3 stride 2, no max pool, for images of about 64 pixels. */
  readonly stem: 'imagenet' | 'small'
  /** spoc: mean over positions (Babenko and Lempitsky 2015); mac: maximum (Tolias et al. 2016). */
  readonly pool: 'spoc' | 'mac'
  /** frozen: statistics fixed, scale and shift trained (all four reference systems); live: training from random weights. */
  readonly batchnorm: 'frozen' | 'live'
}

/** Computing precision of a network's trunk; master weights, moments and descriptors are float32 in both. */
export type Precision = 'float32' | 'bfloat16'
