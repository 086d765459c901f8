import {relu as compute} from '../../engine/ops/activation.ts'
import type {Layer} from './layer.ts'

export interface ReluLayer extends Layer {
  readonly kind: 'relu'
}

export function relu(): ReluLayer {
  return {
    kind: 'relu',
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, tape),
  }
}
