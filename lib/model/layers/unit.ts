import {foldedUnit} from '../../engine/ops/folded-unit.ts'
import {liveUnit} from '../../engine/ops/live-unit.ts'
import type {Start, TensorLayout} from '../tensor-layout.ts'
import type {Layer} from './layer.ts'

/** A convolution and the batch norm behind it, by their names in the package, and what ends it. */
export interface UnitShape {
  readonly convolution: string
  readonly norm: string
  readonly input: number
  readonly output: number
  /** Side of the kernel; padded by half of it, rounded down. */
  readonly size: number
  readonly stride: number
  readonly relu: boolean
  /** Whether every channel has a kernel of its own; then there are as many outputs as inputs. */
  readonly depthwise?: boolean
  /** Whether the convolution has a bias of its own; without this it has none. */
  readonly bias?: boolean
  /** Added to the variance; without this PyTorch's 1e-5. */
  readonly epsilon?: number
  /** Share of a batch in the running statistics; without this PyTorch's 0.1. */
  readonly momentum?: number
  /** Of the convolution's weights and bias, where they are not drawn as ResNets draw them. */
  readonly start?: Start
}

export interface UnitLayer extends Layer {
  readonly kind: 'unit'
  readonly shape: UnitShape & Required<Pick<UnitShape, 'depthwise' | 'bias' | 'epsilon'>>
}

/** Of one input, or of two: then the second is added before the ReLU. */
export function unit(shape: UnitShape): UnitLayer {
  const {convolution, norm, input, output, size, stride, relu, start} = shape
  const {depthwise = false, bias = false, epsilon = 1e-5, momentum = 0.1} = shape
  const drawn = start === undefined ? {} : {start}
  return {
    kind: 'unit',
    shape: {...shape, depthwise, bias, epsilon},
    tensors: [
      {name: `${convolution}.weight`, shape: [output, depthwise ? 1 : input, size, size], role: 'conv', ...drawn},
      ...(bias ? [{name: `${convolution}.bias`, shape: [output], role: 'bias', ...drawn} as const] : []),
      ...batchNorm(norm, output),
    ],
    open: ({store, dtype, live, folded}) => {
      const weights = store.openUnit({convolution, norm, stride, bias, epsilon, momentum})
      const fixed = foldedUnit(weights, dtype)
      folded.push(fixed)
      const training = live ? liveUnit(weights, dtype) : fixed.apply
      return ([x, residual], tape) => {
        const ending = residual === undefined ? {relu} : {residual, relu}
        return (tape === undefined ? fixed.apply : training)(x!, ending, tape)
      }
    },
  }
}

function batchNorm(name: string, channels: number): TensorLayout[] {
  return [
    {name: `${name}.weight`, shape: [channels], role: 'gamma'},
    {name: `${name}.bias`, shape: [channels], role: 'beta'},
    {name: `${name}.running_mean`, shape: [channels], role: 'mean'},
    {name: `${name}.running_var`, shape: [channels], role: 'variance'},
    {name: `${name}.num_batches_tracked`, shape: [], role: 'count'},
  ]
}
