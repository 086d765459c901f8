import type {StateDict} from '../../../engine/state-dict.ts'
import type {UnitLayer} from '../../layers/unit.ts'
import {floatsOf, type OnnxGraph} from './graph.ts'

/** A convolution with its batch norm folded in, what is added to it, and its ReLU. */
export function addUnit(
  graph: OnnxGraph,
  {shape}: UnitLayer,
  [x, residual]: readonly string[],
  weights: StateDict,
): string {
  const {convolution, input, output, size, stride, relu, depthwise} = shape
  const {factor, bias} = foldNorm(shape, weights)
  const inputs = depthwise ? 1 : input
  const perOutput = inputs * size * size
  const kernel = floatsOf(weights, `${convolution}.weight`).map(
    (value, i) => value * factor[Math.floor(i / perOutput)]!,
  )
  const constants = [
    graph.constant(`${convolution}.weight`, [output, inputs, size, size], kernel),
    graph.constant(`${convolution}.bias`, [output], bias),
  ]
  const pad = Math.floor(size / 2)
  const convolved = graph.node('Conv', [x!, ...constants], {
    kernel_shape: [size, size],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
    ...(depthwise && {group: input}),
  })
  const sum = residual === undefined ? convolved : graph.node('Add', [convolved, residual])
  return relu ? graph.node('Relu', [sum]) : sum
}

/** factor = scale / deviation; bias = shift - (mean - the convolution's own bias) * factor. */
function foldNorm(
  {convolution, norm, bias, epsilon}: UnitLayer['shape'],
  weights: StateDict,
): {factor: Float64Array; bias: Float32Array} {
  const of = (name: string) => floatsOf(weights, `${norm}.${name}`)
  const [scale, shift, mean, variance] = [of('weight'), of('bias'), of('running_mean'), of('running_var')]
  const factor = Float64Array.from(scale, (value, i) => value / Math.sqrt(variance[i]! + epsilon))
  const own = bias ? floatsOf(weights, `${convolution}.bias`) : undefined
  return {factor, bias: shift.map((value, i) => value - (mean[i]! - (own?.[i] ?? 0)) * factor[i]!)}
}
