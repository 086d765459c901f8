import {layerNorm as compute} from '../../engine/ops/layer-norm.ts'
import type {Layer} from './layer.ts'

export interface LayerNormShape {
  /** Before `.weight` and `.bias`. */
  readonly name: string
  readonly channels: number
  /** Added to the variance: PyTorch's default is 1e-5, that of the networks here 1e-6. */
  readonly epsilon: number
  /** What it is applied to: maps [images, height, width, channels], tokens [images, tokens, channels], or rows [images, channels]. */
  readonly of: 'map' | 'tokens' | 'rows'
}

export interface LayerNormLayer extends Layer {
  readonly kind: 'layer-norm'
  readonly shape: LayerNormShape
}

/** Every position or row normalised over its channels, then scaled and shifted. */
export function layerNorm(shape: LayerNormShape): LayerNormLayer {
  const {name, channels, epsilon} = shape
  return {
    kind: 'layer-norm',
    shape,
    tensors: [
      {name: `${name}.weight`, shape: [channels], role: 'gamma'},
      {name: `${name}.bias`, shape: [channels], role: 'beta'},
    ],
    open: ({store}) => {
      const weights = {scale: store.openWeight(`${name}.weight`), shift: store.openWeight(`${name}.bias`), epsilon}
      return ([x], tape) => compute(x!, weights, tape)
    },
  }
}
