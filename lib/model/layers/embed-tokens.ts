import type {Resampling} from '../../engine/ops/position-grid.ts'
import {embedTokens as compute} from '../../engine/ops/tokens.ts'
import type {TensorLayout} from '../tensor-layout.ts'
import type {Layer} from './layer.ts'

export interface TokensShape {
  readonly channels: number
  /** Side of a patch in pixels. */
  readonly patch: number
  /** Positions along a side of the pictures it was trained on. */
  readonly side: number
  /** 0: none */
  readonly registers: number
  /** How positions fit pictures of other sizes. */
  readonly resampling: Resampling
  /** Standard deviation of the class token when training starts. */
  readonly deviation: number
}

export interface EmbedTokensLayer extends Layer {
  readonly kind: 'embed-tokens'
  readonly shape: TokensShape
}

/** A map of patches as tokens behind the class token and the registers, with positions added: [images, tokens, channels]. */
export function embedTokens(shape: TokensShape): EmbedTokensLayer {
  const {channels, side, registers, resampling, deviation} = shape
  const ofRegisters: TensorLayout[] =
    registers === 0
      ? []
      : [{name: 'register_tokens', shape: [1, registers, channels], role: 'token', start: {normal: 1e-6}}]
  return {
    kind: 'embed-tokens',
    shape,
    tensors: [
      {name: 'cls_token', shape: [1, 1, channels], role: 'token', start: {normal: deviation}},
      {name: 'pos_embed', shape: [1, 1 + side * side, channels], role: 'token', start: {normal: 0.02}},
      ...ofRegisters,
    ],
    open: ({store}) => {
      const weights = {
        classToken: store.openWeight('cls_token'),
        positions: store.openWeight('pos_embed'),
        registers: registers === 0 ? undefined : store.openWeight('register_tokens'),
        resampling,
      }
      return ([map], tape) => compute(map!, weights, tape)
    },
  }
}
