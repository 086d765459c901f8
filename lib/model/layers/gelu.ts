import {gelu as compute} from '../../engine/ops/gelu.ts'
import type {Layer} from './layer.ts'

export interface GeluLayer extends Layer {
  readonly kind: 'gelu'
}

/** x Φ(x), exact. */
export function gelu(): GeluLayer {
  return {
    kind: 'gelu',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
