import type {StateDict} from '../../../engine/state-dict.ts'
import type {SqueezeExcitationLayer} from '../../layers/squeeze-excitation.ts'
import {floatsOf} from '../floats-of.ts'
import type {OnnxGraph} from './graph.ts'

/** The map times what two 1x1 convolutions make of its mean. */
export function addSqueezeExcitation(
  graph: OnnxGraph,
  {shape: {name, channels, squeezed, as}}: SqueezeExcitationLayer,
  [map]: readonly string[],
  weights: StateDict,
): string {
  const convolve = (part: string, x: string, input: number, output: number) => {
    const place = `${name}.${part}`
    const kernel = graph.constant(`${place}.weight`, [output, input, 1, 1], floatsOf(weights, `${place}.weight`))
    const bias = graph.constant(`${place}.bias`, [output], floatsOf(weights, `${place}.bias`))
    return graph.node('Conv', [x, kernel, bias], {kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0]})
  }
  const mean = graph.node('ReduceMean', [map!], {axes: [2, 3], keepdims: 1})
  const few = convolve('fc1', mean, channels, squeezed)
  const bent = as === 'mobilenet' ? graph.node('Relu', [few]) : addSilu(graph, few)
  const many = convolve('fc2', bent, squeezed, channels)
  const gate =
    as === 'mobilenet'
      ? graph.node('HardSigmoid', [many], {alpha: {float: 1 / 6}, beta: {float: 0.5}})
      : graph.node('Sigmoid', [many])
  return graph.node('Mul', [map!, gate])
}

/** The operator Swish came with version 24 of ONNX. */
export function addSilu(graph: OnnxGraph, x: string): string {
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])])
}
