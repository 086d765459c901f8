import type {StateDict} from '../../../engine/state-dict.ts'
import type {UnitLayer} from '../../layers/unit.ts'
import {foldUnit} from '../fold-unit.ts'
import type {OnnxGraph} from './graph.ts'

/** A convolution with its batch norm folded in, what is added to it, and its ReLU. */
export function addUnit(
  graph: OnnxGraph,
  layer: UnitLayer,
  [x, residual]: readonly string[],
  weights: StateDict,
): string {
  const {shape, kernel, bias} = foldUnit(layer, weights)
  const {convolution, input, output, size, stride, relu, depthwise} = layer.shape
  const constants = [
    graph.constant(`${convolution}.weight`, shape, kernel),
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
