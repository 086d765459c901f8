/** What a network is, apart from its weights: kept in every checkpoint. */
export interface ModelSpec {
  readonly backbone: 'resnet18'
  /** Channels of the first layer; 64 is torchvision's ResNet18, the descriptor has 8 times as many. */
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
