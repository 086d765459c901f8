import {l2 as compute, type L2Floor} from '../../engine/ops/l2.ts'
import type {Layer} from './layer.ts'

export interface L2Layer extends Layer {
  readonly kind: 'l2'
  readonly floor: L2Floor
}

/** Rows [images, dim] divided by their length. */
export function l2(floor: L2Floor): L2Layer {
  return {
    kind: 'l2',
    floor,
    tensors: [],
    open:
      () =>
      ([x], tape) =>
        compute(x!, floor, tape),
  }
}
