import {attention as compute} from '../../engine/ops/attention.ts'
import type {Layer} from './layer.ts'

export interface AttentionLayer extends Layer {
  readonly kind: 'attention'
  readonly shape: AttentionShape
}

export interface AttentionShape {
  readonly heads: number
  /** Channels of a token; of its queries, keys and values three times as many. */
  readonly channels: number
}

/** Self-attention, from queries, keys and values side by side [images, tokens, 3 * channels] to [images, tokens, channels]. */
export function attention(shape: AttentionShape): AttentionLayer {
  return {
    kind: 'attention',
    shape,
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, shape.heads, tape),
  }
}
