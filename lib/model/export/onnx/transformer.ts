// The layers of transformers. Tokens are [batch, tokens, channels].
import type {StateDict} from '../../../engine/state-dict.ts'
import type {LayerOf} from '../any-layer.ts'
import {floatsOf} from '../floats-of.ts'
import {gridSide} from '../grid-side.ts'
import {tokenTable} from '../token-table.ts'
import {transposed} from '../transposed.ts'
import type {OnnxGraph} from './graph.ts'

export function addPatches(
  graph: OnnxGraph,
  {shape: {name, input, output, size}}: LayerOf<'patches'>,
  [map]: readonly string[],
  weights: StateDict,
): string {
  const constants = [
    graph.constant(`${name}.weight`, [output, input, size, size], floatsOf(weights, `${name}.weight`)),
    graph.constant(`${name}.bias`, [output], floatsOf(weights, `${name}.bias`)),
  ]
  const attributes = {kernel_shape: [size, size], strides: [size, size], pads: [0, 0, 0, 0]}
  return graph.node('Conv', [map!, ...constants], attributes)
}

/** Zeros before the patches, then one addition of all that does not depend on the picture. */
export function addEmbedTokens(
  graph: OnnxGraph,
  {shape}: LayerOf<'embed-tokens'>,
  [map]: readonly string[],
  weights: StateDict,
): string {
  const {channels} = shape
  const {table, before, tokens} = tokenTable(weights, shape, gridSide(graph.side, shape.patch))
  const rows = graph.node('Reshape', [map!, integers(graph, [0, channels, -1])])
  const patches = graph.node('Transpose', [rows], {perm: [0, 2, 1]})
  const padded = graph.node('Pad', [patches, integers(graph, [0, before, 0, 0, 0, 0])])
  return graph.node('Add', [padded, graph.constant('tokens', [tokens, channels], table)])
}

export function addClassToken(
  graph: OnnxGraph,
  {channels}: LayerOf<'class-token'>,
  [tokens]: readonly string[],
): string {
  return graph.node('Reshape', [cut(graph, tokens!, 1, 0, 1), integers(graph, [0, channels, 1, 1])])
}

export function addPatchMap(
  graph: OnnxGraph,
  {before}: LayerOf<'patch-map'>,
  [tokens, like]: readonly string[],
): string {
  const patches = cut(graph, tokens!, 1, before, 2 ** 31 - 1)
  return graph.node('Reshape', [graph.node('Transpose', [patches], {perm: [0, 2, 1]}), graph.node('Shape', [like!])])
}

/** softmax(q kᵀ / √d) v of every head. */
export function addAttention(
  graph: OnnxGraph,
  {shape: {heads, channels}}: LayerOf<'attention'>,
  [x]: readonly string[],
): string {
  const d = channels / heads
  const split = graph.node('Reshape', [x!, integers(graph, [0, 0, 3 * heads, d])])
  const sorted = graph.node('Transpose', [split], {perm: [0, 2, 1, 3]})
  const [queries, keys, values] = [0, 1, 2].map((i) => cut(graph, sorted, 1, i * heads, (i + 1) * heads))
  const factor = graph.constant(`attention_${graph.nodes.length}.scale`, [], Float32Array.of(1 / Math.sqrt(d)))
  const turned = graph.node('Transpose', [keys!], {perm: [0, 1, 3, 2]})
  const scores = graph.node('MatMul', [graph.node('Mul', [queries!, factor]), turned])
  const mixed = graph.node('MatMul', [graph.node('Softmax', [scores], {axis: -1}), values!])
  const joined = graph.node('Transpose', [mixed], {perm: [0, 2, 1, 3]})
  return graph.node('Reshape', [joined, integers(graph, [0, 0, channels])])
}

/** Gemm is for matrices only. */
export function addTokenLinear(
  graph: OnnxGraph,
  {shape: {name, input, output}}: LayerOf<'linear'>,
  [x]: readonly string[],
  weights: StateDict,
): string {
  const matrix = transposed(floatsOf(weights, `${name}.weight`), output, input)
  const product = graph.node('MatMul', [x!, graph.constant(`${name}.weight`, [input, output], matrix)])
  return graph.node('Add', [product, graph.constant(`${name}.bias`, [output], floatsOf(weights, `${name}.bias`))])
}

/** Some entries of an axis. */
function cut(graph: OnnxGraph, x: string, axis: number, from: number, to: number): string {
  return graph.node('Slice', [x, ...[[from], [to], [axis]].map((values) => integers(graph, values))])
}

/** Whole numbers that an operation takes as an input. */
function integers(graph: OnnxGraph, values: readonly number[]): string {
  return graph.node('Constant', [], {value_ints: values})
}
