import {classToken as compute} from '../../engine/ops/tokens.ts'
import type {Layer} from './layer.ts'

export interface ClassTokenLayer extends Layer {
  readonly kind: 'class-token'
  readonly channels: number
}

/** The first of the tokens as a map of one position. */
export function classToken(channels: number): ClassTokenLayer {
  return {
    kind: 'class-token',
    channels,
    tensors: [],
    open:
      () =>
      ([tokens], tape) =>
        compute(tokens!, tape),
  }
}
