import type {StateDict} from '../../../engine/state-dict.ts'
import type {UnitLayer} from '../../layers/unit.ts'
import {type FoldedConvolution, foldUnit} from '../fold-unit.ts'
import {integers, type TfjsGraph, text} from './graph.ts'

/** A convolution with its batch norm folded in, what is added to it, and its ReLU. */
export function addUnit(
  graph: TfjsGraph,
  layer: UnitLayer,
  [x, residual]: readonly string[],
  weights: StateDict,
): string {
  const {convolution, size, stride, relu, depthwise} = layer.shape
  const folded = foldUnit(layer, weights)
  const pad = Math.floor(size / 2)
  const convolved = addConvolution(graph, convolution, x!, folded, {stride, pad, depthwise})
  const sum = residual === undefined ? convolved : graph.node('AddV2', [convolved, residual])
  return relu ? graph.node('Relu', [sum]) : sum
}

interface Window {
  readonly stride: number
  readonly pad: number
  readonly depthwise: boolean
}

/** With a bias; weights are turned from [out, in, height, width] to TensorFlow's [height, width, in, out], depthwise [height, width, in, 1]. */
export function addConvolution(
  graph: TfjsGraph,
  name: string,
  x: string,
  {shape: [output, input, height, width], kernel, bias}: FoldedConvolution,
  {stride, pad, depthwise}: Window,
): string {
  const turned = new Float32Array(kernel.length)
  let place = 0
  for (let o = 0; o < output; o++) {
    for (let i = 0; i < input; i++) {
      for (let y = 0; y < height; y++) {
        for (let z = 0; z < width; z++) turned[((y * width + z) * input + i) * output + o] = kernel[place++]!
      }
    }
  }
  const shape = depthwise ? [height, width, output, 1] : [height, width, input, output]
  const convolved = graph.node(
    depthwise ? 'DepthwiseConv2dNative' : 'Conv2D',
    [x, graph.constant(`${name}.weight`, shape, turned)],
    {
      strides: integers([1, stride, stride, 1]),
      dilations: integers([1, 1, 1, 1]),
      padding: text('EXPLICIT'),
      explicit_paddings: integers([0, 0, pad, pad, pad, pad, 0, 0]),
      data_format: text('NHWC'),
    },
  )
  return graph.node('BiasAdd', [convolved, graph.constant(`${name}.bias`, [output], bias)])
}
