import type {StateDict} from '../../engine/state-dict.ts'
import type {UnitLayer} from '../layers/unit.ts'
import {floatsOf} from './floats-of.ts'

/** A convolution with its batch norm folded in: its weights as PyTorch lays them out, [out, in, height, width], and its bias. */
export interface FoldedConvolution {
  readonly shape: readonly [output: number, input: number, height: number, width: number]
  readonly kernel: Float32Array
  readonly bias: Float32Array
}

/** factor = scale / deviation; bias = shift - (mean - the convolution's own bias) * factor. */
export function foldUnit({shape}: UnitLayer, weights: StateDict): FoldedConvolution {
  const {convolution, norm, bias, epsilon, input, output, size, depthwise} = shape
  const of = (name: string) => floatsOf(weights, `${norm}.${name}`)
  const [scale, shift, mean, variance] = [of('weight'), of('bias'), of('running_mean'), of('running_var')]
  const factor = Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i]! + epsilon))
  const own = bias ? floatsOf(weights, `${convolution}.bias`) : undefined
  const inputs = depthwise ? 1 : input
  const perOutput = inputs * size * size
  return {
    shape: [output, inputs, size, size],
    kernel: floatsOf(weights, `${convolution}.weight`).map((value, i) => value * factor[Math.floor(i / perOutput)]!),
    bias: shift.map((value, i) => value - (mean[i]! - (own?.[i] ?? 0)) * factor[i]!),
  }
}
