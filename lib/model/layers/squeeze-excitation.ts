import {squeezeExcitation as compute, type ExcitationKind} from '../../engine/ops/squeeze-excitation.ts'
import type {TensorLayout} from '../tensor-layout.ts'
import type {Layer, Workshop} from './layer.ts'

export interface SqueezeShape {
  /** Before `.fc1` and `.fc2`, as torchvision has them. */
  readonly name: string
  readonly channels: number
  /** Channels between the two convolutions. */
  readonly squeezed: number
  readonly as: ExcitationKind
}

export interface SqueezeExcitationLayer extends Layer {
  readonly kind: 'squeeze-excitation'
  readonly shape: SqueezeShape
}

/** A map times a number between 0 and 1 a channel, which two 1x1 convolutions make of its mean over positions. */
export function squeezeExcitation(shape: SqueezeShape): SqueezeExcitationLayer {
  const {name, channels, squeezed, as} = shape
  return {
    kind: 'squeeze-excitation',
    shape,
    tensors: [...pointwise(`${name}.fc1`, channels, squeezed), ...pointwise(`${name}.fc2`, squeezed, channels)],
    open: ({store}) => {
      const weights = {reduce: openPointwise(store, `${name}.fc1`), expand: openPointwise(store, `${name}.fc2`)}
      return ([map], tape) => compute(map!, weights, as, tape)
    },
  }
}

function pointwise(name: string, input: number, output: number): TensorLayout[] {
  return [
    {name: `${name}.weight`, shape: [output, input, 1, 1], role: 'conv'},
    {name: `${name}.bias`, shape: [output], role: 'bias'},
  ]
}

function openPointwise(store: Workshop['store'], name: string) {
  return {weight: store.openWeight(`${name}.weight`), bias: store.openWeight(`${name}.bias`)}
}
