import type {StateDict} from '../../engine/state-dict.ts'
import {UserError} from '../../user-error.ts'
import type {EmbeddingSpec, ModelSpec} from '../spec.ts'
import {floatsOf, type OnnxGraph} from './onnx-graph.ts'

/** Adds what comes after the last feature map [batch, channels, height, width] (heads/head.ts), and the division by the length. */
export function addHead(graph: OnnxGraph, {pool, embedding}: ModelSpec, weights: StateDict, map: string): string {
  const pooled = addPool(graph, pool, weights, map)
  const embedded = embedding === null ? pooled : addEmbedding(graph, embedding, weights, pooled)
  return addL2(graph, embedded, 'clamped')
}

function addPool(graph: OnnxGraph, pool: ModelSpec['pool'], weights: StateDict, map: string): string {
  switch (pool) {
    case 'spoc':
      return overPositions(graph, 'ReduceMean', map)
    case 'mac':
      return overPositions(graph, 'ReduceMax', map)
    case 'gem':
    case 'gem-channels':
      return addGem(graph, floatsOf(weights, 'pool.p'), map)
    case 'rmac':
      throw new UserError('R-MAC is not written as ONNX so far: its regions depend on the size of the picture.')
  }
}

/** (mean of max(x, 1e-6)^p)^(1 / p). */
function addGem(graph: OnnxGraph, exponents: Float32Array, map: string): string {
  const floor = graph.constant('pool.floor', [], Float32Array.of(1e-6))
  const p = graph.constant('pool.p', [1, exponents.length, 1, 1], exponents)
  const inverse = graph.constant(
    'pool.inverse_p',
    [1, exponents.length],
    exponents.map((value) => 1 / value),
  )
  const powers = graph.node('Pow', [graph.node('Clip', [map, floor]), p])
  return graph.node('Pow', [overPositions(graph, 'ReduceMean', powers), inverse])
}

function overPositions(graph: OnnxGraph, operation: 'ReduceMean' | 'ReduceMax', map: string): string {
  return graph.node(operation, [map], {axes: [2, 3], keepdims: 0})
}

function addEmbedding(
  graph: OnnxGraph,
  {size, hidden, relu, normalise}: EmbeddingSpec,
  weights: StateDict,
  pooled: string,
): string {
  const start = normalise === 'none' ? pooled : addL2(graph, pooled, normalise)
  return [...hidden, size].reduce((x, output, i) => {
    const name = hidden.length === 0 ? 'embedding' : `embedding.${i}`
    const hasRelu = relu === 'between' ? i > 0 : i < hidden.length
    const [kernel, bias] = [floatsOf(weights, `${name}.weight`), floatsOf(weights, `${name}.bias`)]
    const constants = [
      graph.constant(`${name}.weight`, [output, kernel.length / output], kernel),
      graph.constant(`${name}.bias`, [output], bias),
    ]
    return graph.node('Gemm', [hasRelu ? graph.node('Relu', [x]) : x, ...constants], {transB: 1})
  }, start)
}

/** Rows divided by their length, with the floor of lib/engine/ops/l2.ts. */
function addL2(graph: OnnxGraph, x: string, floor: 'added' | 'clamped'): string {
  const length = graph.node('ReduceL2', [x], {axes: [1], keepdims: 1})
  const epsilon = graph.constant(
    `length_${graph.nodes.length}.floor`,
    [],
    Float32Array.of(floor === 'added' ? 1e-6 : 1e-12),
  )
  return graph.node('Div', [x, graph.node(floor === 'added' ? 'Add' : 'Max', [length, epsilon])])
}
