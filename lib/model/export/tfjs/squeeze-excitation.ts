import type {StateDict} from '../../../engine/state-dict.ts'
import type {SqueezeExcitationLayer} from '../../layers/squeeze-excitation.ts'
import {floatsOf} from '../floats-of.ts'
import type {TfjsGraph} from './graph.ts'
import {addConvolution} from './unit.ts'

/** The map times what two 1x1 convolutions make of its mean. */
export function addSqueezeExcitation(
  graph: TfjsGraph,
  {shape: {name, channels, squeezed, as}}: SqueezeExcitationLayer,
  [map]: readonly string[],
  weights: StateDict,
): string {
  const convolve = (part: string, x: string, input: number, output: number) => {
    const [kernel, bias] = ['weight', 'bias'].map((tensor) => floatsOf(weights, `${name}.${part}.${tensor}`))
    const convolution = {shape: [output, input, 1, 1], kernel: kernel!, bias: bias!} as const
    return addConvolution(graph, `${name}.${part}`, x, convolution, {stride: 1, pad: 0, depthwise: false})
  }
  const axes = graph.constant('axes', [2], Int32Array.of(1, 2))
  const mean = graph.node('Mean', [map!, axes], {keep_dims: {b: true}, Tidx: {type: 'DT_INT32'}})
  const few = convolve('fc1', mean, channels, squeezed)
  const bent = as === 'mobilenet' ? graph.node('Relu', [few]) : addSilu(graph, few)
  const many = convolve('fc2', bent, squeezed, channels)
  const gate = as === 'mobilenet' ? addHardSigmoid(graph, many) : graph.node('Sigmoid', [many])
  return graph.node('Mul', [map!, gate])
}

export function addSilu(graph: TfjsGraph, x: string): string {
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])])
}

export function addHardSwish(graph: TfjsGraph, x: string): string {
  return graph.node('Mul', [x, addHardSigmoid(graph, x)])
}

/** min(max(x + 3, 0), 6) / 6 */
function addHardSigmoid(graph: TfjsGraph, x: string): string {
  const number = (name: string, value: number) => graph.constant(`hard_sigmoid.${name}`, [], Float32Array.of(value))
  const raised = graph.node('Relu6', [graph.node('AddV2', [x, number('three', 3)])])
  return graph.node('RealDiv', [raised, number('six', 6)])
}
