import {silu as compute} from '../../engine/ops/silu.ts'
import type {Layer} from './layer.ts'

export interface SiluLayer extends Layer {
  readonly kind: 'silu'
}

/** x σ(x). */
export function silu(): SiluLayer {
  return {
    kind: 'silu',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
