import type {StateDict} from '../../../engine/state-dict.ts'
import {UserError} from '../../../user-error.ts'
import type {AnyLayer, LayerOf} from '../any-layer.ts'
import {floatsOf} from '../floats-of.ts'
import {integers, type TfjsGraph, text} from './graph.ts'
import {addHardSwish, addSilu, addSqueezeExcitation} from './squeeze-excitation.ts'
import {addAttention, addClassToken, addEmbedTokens, addPatchMap, addTokenLinear} from './transformer.ts'
import {addConvolution, addUnit} from './unit.ts'

/** Adds a layer to a graph, of named inputs, and returns the name of its result. Maps are [batch, height, width, channels]. */
export type TfjsWriter<L> = (graph: TfjsGraph, layer: L, inputs: readonly string[], weights: StateDict) => string

export function writeLayer<Kind extends AnyLayer['kind']>(
  graph: TfjsGraph,
  layer: LayerOf<Kind>,
  inputs: readonly string[],
  weights: StateDict,
): string {
  const write: TfjsWriter<LayerOf<Kind>> = writers[layer.kind as Kind]
  return write(graph, layer, inputs, weights)
}

const writers: {readonly [Kind in AnyLayer['kind']]: TfjsWriter<LayerOf<Kind>>} = {
  unit: addUnit,
  depthwise: (graph, {shape: {name, channels, size}}, [map], weights) => {
    const [kernel, bias] = [floatsOf(weights, `${name}.weight`), floatsOf(weights, `${name}.bias`)]
    const convolution = {shape: [channels, 1, size, size], kernel, bias} as const
    return addConvolution(graph, name, map!, convolution, {stride: 1, pad: Math.floor(size / 2), depthwise: true})
  },
  'squeeze-excitation': addSqueezeExcitation,
  relu: (graph, _, inputs) => graph.node('Relu', inputs),
  silu: (graph, _, [x]) => addSilu(graph, x!),
  'hard-swish': (graph, _, [x]) => addHardSwish(graph, x!),
  'max-pool': (graph, {window: {size, stride, pad, ceil}}, [x]) => {
    // A border that is never the largest. Rounding up the size of the result takes as much more at the end as a step may leave over.
    const end = pad + (ceil ? stride - 1 : 0)
    return addPool(graph, 'MaxPool', addBorder(graph, x!, [pad, end], -3.4e38), size, stride)
  },
  'average-pool': (graph, _, [x]) => addPool(graph, 'AvgPool', addBorder(graph, x!, [1, 1], 0), 3, 1),
  'join-channels': (graph, _, inputs) =>
    graph.node('ConcatV2', [...inputs, graph.constant('channels', [], Int32Array.of(3))], {
      N: {i: String(inputs.length)},
    }),
  pool: (graph, {by}, [map]) => {
    if (by === 'rmac') {
      throw new UserError(
        'R-MAC is not written for TensorFlow.js so far: its regions depend on the size of the picture. PyTorch has it: --to pytorch',
      )
    }
    return overPositions(graph, by === 'spoc' ? 'Mean' : 'Max', map!)
  },
  gem: addGem,
  gelu: (graph, _, [x]) => {
    const erf = graph.node('Erf', [graph.node('RealDiv', [x!, number(graph, 'gelu.root', Math.SQRT2)])])
    const product = graph.node('Mul', [x!, graph.node('AddV2', [erf, number(graph, 'gelu.one', 1)])])
    return graph.node('Mul', [product, number(graph, 'gelu.half', 0.5)])
  },
  'layer-norm': addLayerNorm,
  sum: (graph, _, inputs) => graph.node('AddV2', inputs),
  'layer-scale': (graph, {shape: {name, shape}}, [x], weights) =>
    graph.node('Mul', [x!, graph.constant(name, shape.slice(0, 1), floatsOf(weights, name))]),
  patches: (graph, {shape: {name, input, output, size}}, [map], weights) => {
    const [kernel, bias] = [floatsOf(weights, `${name}.weight`), floatsOf(weights, `${name}.bias`)]
    const convolution = {shape: [output, input, size, size], kernel, bias} as const
    return addConvolution(graph, name, map!, convolution, {stride: size, pad: 0, depthwise: false})
  },
  'embed-tokens': addEmbedTokens,
  attention: addAttention,
  'class-token': addClassToken,
  'patch-map': addPatchMap,
  linear: (graph, layer, [x], weights) => {
    const {name, input, output, of} = layer.shape
    if (of === 'tokens') return addTokenLinear(graph, layer, [x!], weights)
    if (of === 'map') {
      const [kernel, bias] = [floatsOf(weights, `${name}.weight`), floatsOf(weights, `${name}.bias`)]
      const convolution = {shape: [output, input, 1, 1], kernel, bias} as const
      return addConvolution(graph, name, x!, convolution, {stride: 1, pad: 0, depthwise: false})
    }
    const weight = graph.constant(`${name}.weight`, [output, input], floatsOf(weights, `${name}.weight`))
    const bias = graph.constant(`${name}.bias`, [output], floatsOf(weights, `${name}.bias`))
    const product = graph.node('MatMul', [x!, weight], {transpose_a: {b: false}, transpose_b: {b: true}})
    return graph.node('BiasAdd', [product, bias])
  },
  l2: (graph, {floor}, [x]) => {
    const length = graph.node('Sqrt', [reduce(graph, 'Sum', graph.node('Square', [x!]), [1], true)])
    const [operation, epsilon] = floor === 'added' ? ['AddV2', 1e-6] : ['Maximum', 1e-12]
    const limited = graph.node(operation as string, [length, number(graph, 'length.floor', epsilon as number)])
    return graph.node('RealDiv', [x!, limited])
  },
}

function addPool(graph: TfjsGraph, op: 'MaxPool' | 'AvgPool', x: string, size: number, stride: number): string {
  return graph.node(op, [x], {
    ksize: integers([1, size, size, 1]),
    strides: integers([1, stride, stride, 1]),
    padding: text('VALID'),
    data_format: text('NHWC'),
  })
}

function addBorder(graph: TfjsGraph, x: string, [begin, end]: readonly [number, number], value: number): string {
  if (begin === 0 && end === 0) return x
  const border = graph.constant('border', [4, 2], Int32Array.of(0, 0, begin, end, begin, end, 0, 0))
  return graph.node('PadV2', [x, border, number(graph, 'border.value', value)], {Tpaddings: {type: 'DT_INT32'}})
}

/** (mean of max(x, 1e-6)^p)^(1 / p). */
function addGem(graph: TfjsGraph, _: LayerOf<'gem'>, [map]: readonly string[], weights: StateDict): string {
  const exponents = floatsOf(weights, 'pool.p')
  const p = graph.constant('pool.p', [exponents.length], exponents)
  const inverse = graph.constant(
    'pool.inverse_p',
    [exponents.length],
    exponents.map((value) => 1 / value),
  )
  const powers = graph.node('Pow', [graph.node('Maximum', [map!, number(graph, 'pool.floor', 1e-6)]), p])
  return graph.node('Pow', [overPositions(graph, 'Mean', powers), inverse])
}

/** Channels are last in maps and in tokens. */
function addLayerNorm(
  graph: TfjsGraph,
  {shape: {name, channels, epsilon, of}}: LayerOf<'layer-norm'>,
  [x]: readonly string[],
  weights: StateDict,
): string {
  const last = {rows: 1, tokens: 2, map: 3}[of]
  const mean = reduce(graph, 'Mean', x!, [last], true)
  const variance = reduce(graph, 'Mean', graph.node('SquaredDifference', [x!, mean]), [last], true)
  const deviation = graph.node('Sqrt', [graph.node('AddV2', [variance, number(graph, `${name}.epsilon`, epsilon)])])
  const normalised = graph.node('RealDiv', [graph.node('Sub', [x!, mean]), deviation])
  const [scale, shift] = ['weight', 'bias'].map((part) =>
    graph.constant(`${name}.${part}`, [channels], floatsOf(weights, `${name}.${part}`)),
  )
  return graph.node('AddV2', [graph.node('Mul', [normalised, scale!]), shift!])
}

function overPositions(graph: TfjsGraph, operation: 'Mean' | 'Max', map: string): string {
  return reduce(graph, operation, map, [1, 2], false)
}

function reduce(graph: TfjsGraph, operation: string, x: string, axes: readonly number[], keep: boolean): string {
  const along = graph.constant('axes', [axes.length], Int32Array.from(axes))
  return graph.node(operation, [x, along], {keep_dims: {b: keep}, Tidx: {type: 'DT_INT32'}})
}

function number(graph: TfjsGraph, name: string, value: number): string {
  return graph.constant(name, [], Float32Array.of(value))
}
