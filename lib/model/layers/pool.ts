import {mac, spoc} from '../../engine/ops/pooling.ts'
import {rmac} from '../../engine/ops/rmac.ts'
import type {Layer} from './layer.ts'

export interface PoolLayer extends Layer {
  readonly kind: 'pool'
  readonly by: keyof typeof pools
}

const pools = {spoc, mac, rmac}

/** Over the positions of a feature map, without weights: see model.pool. */
export function pool(by: PoolLayer['by']): PoolLayer {
  return {
    kind: 'pool',
    by,
    tensors: [],
    open:
      () =>
      ([map], tape) =>
        pools[by](map!, tape),
  }
}
