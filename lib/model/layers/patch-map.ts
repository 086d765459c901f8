import {patchMap as compute} from '../../engine/ops/tokens.ts'
import type {Layer} from './layer.ts'

export interface PatchMapLayer extends Layer {
  readonly kind: 'patch-map'
  /** Tokens before the patches. */
  readonly before: number
}

/** The patches among tokens, the first input, as a map of the size of the second. */
export function patchMap(before: number): PatchMapLayer {
  return {
    kind: 'patch-map',
    before,
    tensors: [],
    open:
      () =>
      ([tokens, like], tape) =>
        compute(tokens!, like!, before, tape),
  }
}
