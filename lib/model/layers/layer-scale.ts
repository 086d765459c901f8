import {layerScale as compute} from '../../engine/ops/layer-scale.ts'
import type {Layer} from './layer.ts'

export interface LayerScaleShape {
  /** Of its tensor. */
  readonly name: string
  /** [channels] in transformers, [channels, 1, 1] in torchvision's ConvNeXt. */
  readonly shape: readonly number[]
  /** Value of the factors when training starts. */
  readonly start: number
}

export interface LayerScaleLayer extends Layer {
  readonly kind: 'layer-scale'
  readonly shape: LayerScaleShape
  /** What it is applied to, as in layer-norm.ts. */
  readonly of: 'map' | 'tokens'
}

/** Every channel times a trained factor. */
export function layerScale(shape: LayerScaleShape, of: LayerScaleLayer['of']): LayerScaleLayer {
  return {
    kind: 'layer-scale',
    shape,
    of,
    tensors: [{name: shape.name, shape: shape.shape, role: 'gamma', start: {constant: shape.start}}],
    open: ({store}) => {
      const factors = store.openWeight(shape.name)
      return ([x], tape) => compute(x!, factors, tape)
    },
  }
}
