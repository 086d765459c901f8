import {sum as compute} from '../../engine/ops/sum.ts'
import type {Layer} from './layer.ts'

export interface SumLayer extends Layer {
  readonly kind: 'sum'
}

/** Of two inputs of one shape. */
export function sum(): SumLayer {
  return {
    kind: 'sum',
    tensors: [],
    open:
      () =>
      ([a, b], tape) =>
        compute(a!, b!, tape),
  }
}
