import {biasedDepthwise} from '../../engine/ops/biased-depthwise.ts'
import type {Start} from '../tensor-layout.ts'
import type {Layer} from './layer.ts'

export interface DepthwiseShape {
  /** Before `.weight` and `.bias`. */
  readonly name: string
  readonly channels: number
  /** Side of the kernel, odd; padded by half of it, rounded down. */
  readonly size: number
  readonly start: {readonly weight: Start; readonly bias: Start}
}

export interface DepthwiseLayer extends Layer {
  readonly kind: 'depthwise'
  readonly shape: DepthwiseShape
}

/** Every channel convolved with a kernel of its own, and a bias, without batch norm (which unit.ts has). */
export function depthwise(shape: DepthwiseShape): DepthwiseLayer {
  const {name, channels, size, start} = shape
  return {
    kind: 'depthwise',
    shape,
    tensors: [
      {name: `${name}.weight`, shape: [channels, 1, size, size], role: 'conv', start: start.weight},
      {name: `${name}.bias`, shape: [channels], role: 'bias', start: start.bias},
    ],
    open: ({store}) => {
      const [kernel, bias] = [store.openWeight(`${name}.weight`), store.openWeight(`${name}.bias`)]
      return ([map], tape) => biasedDepthwise(map!, kernel, bias, tape)
    },
  }
}
