import type {AveragePoolLayer} from '../layers/average-pool.ts'
import type {GeluLayer} from '../layers/gelu.ts'
import type {GemLayer} from '../layers/gem.ts'
import type {JoinChannelsLayer} from '../layers/join-channels.ts'
import type {L2Layer} from '../layers/l2.ts'
import type {LayerNormLayer} from '../layers/layer-norm.ts'
import type {LinearLayer} from '../layers/linear.ts'
import type {MaxPoolLayer} from '../layers/max-pool.ts'
import type {PoolLayer} from '../layers/pool.ts'
import type {ReluLayer} from '../layers/relu.ts'
import type {UnitLayer} from '../layers/unit.ts'

/** Every kind of layer that a network may have: the compiler asks each format for its writer. */
export type AnyLayer =
  | AveragePoolLayer
  | GeluLayer
  | GemLayer
  | JoinChannelsLayer
  | L2Layer
  | LayerNormLayer
  | LinearLayer
  | MaxPoolLayer
  | PoolLayer
  | ReluLayer
  | UnitLayer

export type LayerOf<Kind extends AnyLayer['kind']> = Extract<AnyLayer, {readonly kind: Kind}>
