import {linear as compute} from '../../engine/ops/linear.ts'
import type {Start} from '../tensor-layout.ts'
import type {Layer} from './layer.ts'

export interface LinearLayer extends Layer {
  readonly kind: 'linear'
  readonly shape: LinearShape
}

export interface LinearShape {
  /** Before `.weight` and `.bias`. */
  readonly name: string
  readonly input: number
  readonly output: number
  /** What it is applied to, where not to rows: maps, whose channels other programs may have elsewhere, or tokens. */
  readonly of?: 'map' | 'tokens'
  /** Where they are not drawn as PyTorch draws them. */
  readonly start?: {readonly weight: Start; readonly bias: Start}
}

/** x W^T + b of rows [images, input], of tokens [images, tokens, input], or of every position of a map. */
export function linear(shape: LinearShape): LinearLayer {
  const {name, input, output, start} = shape
  return {
    kind: 'linear',
    shape,
    tensors: [
      {
        name: `${name}.weight`,
        shape: [output, input],
        role: 'linear',
        fanIn: input,
        ...(start && {start: start.weight}),
      },
      {name: `${name}.bias`, shape: [output], role: 'linear', fanIn: input, ...(start && {start: start.bias})},
    ],
    open: ({store}) => {
      const [weight, bias] = [store.openWeight(`${name}.weight`), store.openWeight(`${name}.bias`)]
      return ([x], tape) => compute(x!, weight, bias, tape)
    },
  }
}
