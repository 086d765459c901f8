import type {OwnModule} from '../own-module.ts'

/** Networks of the field, as their packages name them. */
export const backboneNames = [
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'googlenet',
  'bninception',
  'mobilenet_v3_large',
  'efficientnet_b0',
  'convnext_tiny',
  'vit_small_patch16_224',
  'vit_base_patch16_224',
  'dino_vits16',
  'dino_vitb16',
  'dinov2_vits14',
  'dinov2_vitb14',
  'dinov2_vits14_reg',
  'dinov2_vitb14_reg',
] as const

/** One of the names, or a file of the user's. */
export type BackboneName = (typeof backboneNames)[number] | OwnModule

export const poolNames = ['spoc', 'mac', 'gem', 'gem-channels', 'rmac', 'cls'] as const

/** Linear layers behind the pooling. */
export interface EmbeddingSpec {
  /** Numbers in the descriptor. */
  readonly size: number
  /** Widths of layers before the last one. */
  readonly hidden: readonly number[]
  /** between: between layers; mlrc: before every layer but the last, as the Reality Check's MLP. */
  readonly relu: 'between' | 'mlrc'
  /** Whether, and with which floor, pooled vectors are divided by their length first (RAML: added). */
  readonly normalise: 'none' | 'added' | 'clamped'
}

/** What a network is, apart from its weights: kept in every checkpoint. */
export interface ModelSpec {
  /** The name of its file in backbones/, or the path of a user's. */
  readonly backbone: BackboneName
  /** Channels of the first layer; 64 in torchvision; a descriptor has 8 times as many, with bottlenecks 32 times. */
  readonly width: number
  /** imagenet: 7x7 stride 2 and max pool; small: 3x3 stride 2, no max pool, for images of about 64 pixels. */
  readonly stem: 'imagenet' | 'small'
  /**
   * spoc: mean over positions (Babenko and Lempitsky 2015); mac: maximum (Tolias et al. 2016); gem: generalised mean with one trained
   * exponent, gem-channels: with one a channel (Radenović et al. 2019); rmac: maxima of regions (Tolias et al. 2016); cls: a transformer's
   * class token.
   */
  readonly pool: (typeof poolNames)[number]
  /** Linear layers behind the pooling; null: the pooled vector is the descriptor. */
  readonly embedding: EmbeddingSpec | null
  /** frozen: statistics fixed, scale and shift trained (all four reference systems); live: training from random weights. */
  readonly batchnorm: 'frozen' | 'live'
  /** Share of the pooled numbers that training leaves out before the linear layers; absent: none. */
  readonly dropout?: number | undefined
  /** Share of images for which training leaves out the last residual branch; earlier ones seldomer, the first never. Absent: none. */
  readonly stochastic_depth?: number | undefined
  /** Parameters of a user's backbone. */
  readonly own?: Readonly<Record<string, unknown>> | undefined
}

/** Computing precision of a network's trunk; master weights, moments and descriptors are float32 in both. */
export type Precision = 'float32' | 'bfloat16'
