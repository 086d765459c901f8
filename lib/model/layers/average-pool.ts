import {averagePool as compute} from '../../engine/ops/average-pool.ts'
import type {Layer} from './layer.ts'

export interface AveragePoolLayer extends Layer {
  readonly kind: 'average-pool'
}

/** The mean of 3x3 with stride 1; what is outside the map counts as 0. */
export function averagePool(): AveragePoolLayer {
  return {
    kind: 'average-pool',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
