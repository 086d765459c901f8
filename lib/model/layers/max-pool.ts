import {maxPool as compute, type PoolWindow} from '../../engine/ops/max-pool.ts'
import type {Layer} from './layer.ts'

export interface MaxPoolLayer extends Layer {
  readonly kind: 'max-pool'
  readonly window: PoolWindow
}

export function maxPool(window: PoolWindow): MaxPoolLayer {
  return {
    kind: 'max-pool',
    window,
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, window, tape),
  }
}
