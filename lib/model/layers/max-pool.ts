import {maxPool as compute} from '../../engine/ops/max-pool.ts'
import type {Layer} from './layer.ts'

export interface MaxPoolLayer extends Layer {
  readonly kind: 'max-pool'
}

/** The maximum of 3x3 with stride 2, padded by 1. */
export function maxPool(): MaxPoolLayer {
  return {
    kind: 'max-pool',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
