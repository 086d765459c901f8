import {classToken as compute} from '../../engine/ops/tokens.ts'
import type {Layer} from './layer.ts'

export interface ClassTokenLayer extends Layer {
  readonly kind: 'class-token'
}

/** The first of the tokens as a map of one position. */
export function classToken(): ClassTokenLayer {
  return {
    kind: 'class-token',
    tensors: [],
    open:
      () =>
      ([tokens], tape) =>
        compute(tokens!, tape),
  }
}
