import {gem as compute} from '../../engine/ops/gem.ts'
import type {Layer} from './layer.ts'

export interface GemLayer extends Layer {
  readonly kind: 'gem'
}

/** The generalised mean over positions; its exponents, one or one a channel, are `pool.p`. */
export function gem(exponents: number): GemLayer {
  return {
    kind: 'gem',
    tensors: [{name: 'pool.p', shape: [exponents], role: 'exponent'}],
    open: ({store}) => {
      const p = store.openWeight('pool.p')
      return ([map], tape) => compute(map!, p, tape)
    },
  }
}
