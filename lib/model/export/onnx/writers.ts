import type {StateDict} from '../../../engine/state-dict.ts'
import {UserError} from '../../../user-error.ts'
import type {AnyLayer, LayerOf} from '../any-layer.ts'
import {floatsOf} from '../floats-of.ts'
import type {OnnxGraph} from './graph.ts'
import {addSilu, addSqueezeExcitation} from './squeeze-excitation.ts'
import {addAttention, addClassToken, addEmbedTokens, addPatches, addPatchMap, addTokenLinear} from './transformer.ts'
import {addUnit} from './unit.ts'

/** Adds a layer to a graph, of named inputs, and returns the name of its result. Maps are [batch, channels, height, width]. */
export type OnnxWriter<L> = (graph: OnnxGraph, layer: L, inputs: readonly string[], weights: StateDict) => string

export function writeLayer<Kind extends AnyLayer['kind']>(
  graph: OnnxGraph,
  layer: LayerOf<Kind>,
  inputs: readonly string[],
  weights: StateDict,
): string {
  const write: OnnxWriter<LayerOf<Kind>> = writers[layer.kind as Kind]
  return write(graph, layer, inputs, weights)
}

const writers: {readonly [Kind in AnyLayer['kind']]: OnnxWriter<LayerOf<Kind>>} = {
  unit: addUnit,
  depthwise: (graph, {shape: {name, channels, size}}, [map], weights) => {
    const constants = [
      graph.constant(`${name}.weight`, [channels, 1, size, size], floatsOf(weights, `${name}.weight`)),
      graph.constant(`${name}.bias`, [channels], floatsOf(weights, `${name}.bias`)),
    ]
    const pad = Math.floor(size / 2)
    const window = {kernel_shape: [size, size], strides: [1, 1], pads: [pad, pad, pad, pad]}
    return graph.node('Conv', [map!, ...constants], {...window, group: channels})
  },
  'squeeze-excitation': addSqueezeExcitation,
  relu: (graph, _, inputs) => graph.node('Relu', inputs),
  silu: (graph, _, [x]) => addSilu(graph, x!),
  'hard-swish': (graph, _, inputs) => graph.node('HardSwish', inputs),
  'max-pool': (graph, {window: {size, stride, pad, ceil}}, inputs) =>
    graph.node('MaxPool', inputs, {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      ...(ceil && {ceil_mode: 1}),
    }),
  'average-pool': (graph, _, inputs) =>
    graph.node('AveragePool', inputs, {
      kernel_shape: [3, 3],
      strides: [1, 1],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
    }),
  'join-channels': (graph, _, inputs) => graph.node('Concat', inputs, {axis: 1}),
  pool: (graph, {by}, [map]) => {
    if (by === 'rmac') {
      throw new UserError(
        'R-MAC is not written as ONNX so far: its regions depend on the size of the picture. PyTorch has it: --to pytorch',
      )
    }
    return overPositions(graph, by === 'spoc' ? 'ReduceMean' : 'ReduceMax', map!)
  },
  gem: addGem,
  gelu: addGelu,
  sum: (graph, _, inputs) => graph.node('Add', inputs),
  'layer-scale': (graph, {shape: {name, shape}, of}, [x], weights) => {
    const around = of === 'map' ? [1, 1] : []
    return graph.node('Mul', [x!, graph.constant(name, [shape[0]!, ...around], floatsOf(weights, name))])
  },
  patches: addPatches,
  'embed-tokens': addEmbedTokens,
  attention: addAttention,
  'class-token': addClassToken,
  'patch-map': addPatchMap,
  'layer-norm': addLayerNorm,
  linear: (graph, layer, [x], weights) => {
    const {name, input, output, of} = layer.shape
    if (of === 'tokens') return addTokenLinear(graph, layer, [x!], weights)
    const around = of === 'map' ? [1, 1] : []
    const constants = [
      graph.constant(`${name}.weight`, [output, input, ...around], floatsOf(weights, `${name}.weight`)),
      graph.constant(`${name}.bias`, [output], floatsOf(weights, `${name}.bias`)),
    ]
    if (of === 'map')
      return graph.node('Conv', [x!, ...constants], {kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0]})
    return graph.node('Gemm', [x!, ...constants], {transB: 1})
  },
  l2: (graph, {floor}, [x]) => {
    const length = graph.node('ReduceL2', [x!], {axes: [1], keepdims: 1})
    const [operation, epsilon] = floor === 'added' ? ['Add', 1e-6] : ['Max', 1e-12]
    const limit = graph.constant(`length_${graph.nodes.length}.floor`, [], Float32Array.of(epsilon as number))
    return graph.node('Div', [x!, graph.node(operation as string, [length, limit])])
  },
}

/** (mean of max(x, 1e-6)^p)^(1 / p). */
function addGem(graph: OnnxGraph, _: LayerOf<'gem'>, [map]: readonly string[], weights: StateDict): string {
  const exponents = floatsOf(weights, 'pool.p')
  const floor = graph.constant('pool.floor', [], Float32Array.of(1e-6))
  const p = graph.constant('pool.p', [1, exponents.length, 1, 1], exponents)
  const inverse = graph.constant(
    'pool.inverse_p',
    [1, exponents.length],
    exponents.map((value) => 1 / value),
  )
  const powers = graph.node('Pow', [graph.node('Clip', [map!, floor]), p])
  return graph.node('Pow', [overPositions(graph, 'ReduceMean', powers), inverse])
}

/** x (1 + erf(x / √2)) / 2; the operator Gelu came with version 20 of ONNX. */
function addGelu(graph: OnnxGraph, _: LayerOf<'gelu'>, [x]: readonly string[]): string {
  const place = `gelu_${graph.nodes.length}`
  const number = (name: string, value: number) => graph.constant(`${place}.${name}`, [], Float32Array.of(value))
  const erf = graph.node('Erf', [graph.node('Div', [x!, number('root', Math.SQRT2)])])
  const product = graph.node('Mul', [x!, graph.node('Add', [erf, number('one', 1)])])
  return graph.node('Mul', [product, number('half', 0.5)])
}

/** The operator normalises the last axes, and maps have their channels first. */
function addLayerNorm(
  graph: OnnxGraph,
  {shape: {name, channels, epsilon, of}}: LayerOf<'layer-norm'>,
  [x]: readonly string[],
  weights: StateDict,
): string {
  const constants = ['weight', 'bias'].map((part) =>
    graph.constant(`${name}.${part}`, [channels], floatsOf(weights, `${name}.${part}`)),
  )
  const attributes = {axis: -1, epsilon: {float: epsilon}}
  if (of !== 'map') return graph.node('LayerNormalization', [x!, ...constants], attributes)
  const last = graph.node('Transpose', [x!], {perm: [0, 2, 3, 1]})
  const normalised = graph.node('LayerNormalization', [last, ...constants], attributes)
  return graph.node('Transpose', [normalised], {perm: [0, 3, 1, 2]})
}

function overPositions(graph: OnnxGraph, operation: 'ReduceMean' | 'ReduceMax', map: string): string {
  return graph.node(operation, [map], {axes: [2, 3], keepdims: 0})
}
