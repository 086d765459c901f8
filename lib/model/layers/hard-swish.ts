import {hardSwish as compute} from '../../engine/ops/hard-swish.ts'
import type {Layer} from './layer.ts'

export interface HardSwishLayer extends Layer {
  readonly kind: 'hard-swish'
}

/** x min(max(x + 3, 0), 6) / 6. */
export function hardSwish(): HardSwishLayer {
  return {
    kind: 'hard-swish',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
