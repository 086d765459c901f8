import type {AttentionLayer} from '../layers/attention.ts'
import type {AveragePoolLayer} from '../layers/average-pool.ts'
import type {ClassTokenLayer} from '../layers/class-token.ts'
import type {DepthwiseLayer} from '../layers/depthwise.ts'
import type {EmbedTokensLayer} from '../layers/embed-tokens.ts'
import type {GeluLayer} from '../layers/gelu.ts'
import type {GemLayer} from '../layers/gem.ts'
import type {HardSwishLayer} from '../layers/hard-swish.ts'
import type {JoinChannelsLayer} from '../layers/join-channels.ts'
import type {L2Layer} from '../layers/l2.ts'
import type {LayerNormLayer} from '../layers/layer-norm.ts'
import type {LayerScaleLayer} from '../layers/layer-scale.ts'
import type {LinearLayer} from '../layers/linear.ts'
import type {MaxPoolLayer} from '../layers/max-pool.ts'
import type {PatchMapLayer} from '../layers/patch-map.ts'
import type {PatchesLayer} from '../layers/patches.ts'
import type {PoolLayer} from '../layers/pool.ts'
import type {ReluLayer} from '../layers/relu.ts'
import type {SiluLayer} from '../layers/silu.ts'
import type {SqueezeExcitationLayer} from '../layers/squeeze-excitation.ts'
import type {SumLayer} from '../layers/sum.ts'
import type {UnitLayer} from '../layers/unit.ts'

/** Every kind of layer that a network may have: the compiler asks each format for its writer. */
export type AnyLayer =
  | AttentionLayer
  | AveragePoolLayer
  | ClassTokenLayer
  | DepthwiseLayer
  | EmbedTokensLayer
  | GeluLayer
  | GemLayer
  | HardSwishLayer
  | JoinChannelsLayer
  | L2Layer
  | LayerNormLayer
  | LayerScaleLayer
  | LinearLayer
  | MaxPoolLayer
  | PatchMapLayer
  | PatchesLayer
  | PoolLayer
  | ReluLayer
  | SiluLayer
  | SqueezeExcitationLayer
  | SumLayer
  | UnitLayer

export type LayerOf<Kind extends AnyLayer['kind']> = Extract<AnyLayer, {readonly kind: Kind}>
