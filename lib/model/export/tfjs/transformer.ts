// The layers of transformers. Tokens are [batch, tokens, channels].
import type {StateDict} from '../../../engine/state-dict.ts'
import type {LayerOf} from '../any-layer.ts'
import {floatsOf} from '../floats-of.ts'
import {gridSide} from '../grid-side.ts'
import {tokenTable} from '../token-table.ts'
import {transposed} from '../transposed.ts'
import type {TfjsGraph} from './graph.ts'

/** Zeros before the patches, then one addition of all that does not depend on the picture. */
export function addEmbedTokens(
  graph: TfjsGraph,
  {shape}: LayerOf<'embed-tokens'>,
  [map]: readonly string[],
  weights: StateDict,
): string {
  const {channels} = shape
  const grid = gridSide(graph.side, shape.patch)
  const {table, before, tokens} = tokenTable(weights, shape, grid)
  const patches = graph.node('Reshape', [map!, integers(graph, [-1, grid * grid, channels])])
  const paddings = graph.constant('before', [3, 2], Int32Array.of(0, 0, before, 0, 0, 0))
  const zero = graph.constant('zero', [], Float32Array.of(0))
  const padded = graph.node('PadV2', [patches, paddings, zero], {Tpaddings: {type: 'DT_INT32'}})
  return graph.node('AddV2', [padded, graph.constant('tokens', [tokens, channels], table)])
}

export function addClassToken(
  graph: TfjsGraph,
  {channels}: LayerOf<'class-token'>,
  [tokens]: readonly string[],
): string {
  const first = cut(graph, tokens!, [0, 0, 0], [-1, 1, -1])
  return graph.node('Reshape', [first, integers(graph, [-1, 1, 1, channels])])
}

export function addPatchMap(
  graph: TfjsGraph,
  {before}: LayerOf<'patch-map'>,
  [tokens, like]: readonly string[],
): string {
  return graph.node('Reshape', [cut(graph, tokens!, [0, before, 0], [-1, -1, -1]), graph.node('Shape', [like!])])
}

/** softmax(q kᵀ / √d) v of every head. */
export function addAttention(
  graph: TfjsGraph,
  {shape: {heads, channels}}: LayerOf<'attention'>,
  [x]: readonly string[],
): string {
  const d = channels / heads
  const sequence = graph.node('Slice', [graph.node('Shape', [x!]), integers(graph, [0]), integers(graph, [2])])
  const reshape = (value: string, ...rest: number[]) =>
    graph.node('Reshape', [
      value,
      graph.node('ConcatV2', [sequence, integers(graph, rest), graph.constant('first', [], Int32Array.of(0))], {
        N: {i: '2'},
      }),
    ])
  const sorted = turn(graph, reshape(x!, 3 * heads, d))
  const [queries, keys, values] = [0, 1, 2].map((i) => cut(graph, sorted, [0, i * heads, 0, 0], [-1, heads, -1, -1]))
  const factor = graph.constant('attention.scale', [], Float32Array.of(1 / Math.sqrt(d)))
  const scores = multiply(graph, graph.node('Mul', [queries!, factor]), keys!, true)
  const mixed = multiply(graph, graph.node('Softmax', [scores]), values!, false)
  return reshape(turn(graph, mixed), channels)
}

export function addTokenLinear(
  graph: TfjsGraph,
  {shape: {name, input, output}}: LayerOf<'linear'>,
  [x]: readonly string[],
  weights: StateDict,
): string {
  const matrix = transposed(floatsOf(weights, `${name}.weight`), output, input)
  const product = multiply(graph, x!, graph.constant(`${name}.weight`, [1, input, output], matrix), false)
  return graph.node('AddV2', [product, graph.constant(`${name}.bias`, [output], floatsOf(weights, `${name}.bias`))])
}

/** Exchanges the second and third of four axes. */
function turn(graph: TfjsGraph, x: string): string {
  return graph.node('Transpose', [x, integers(graph, [0, 2, 1, 3])])
}

function multiply(graph: TfjsGraph, a: string, b: string, transpose: boolean): string {
  return graph.node('BatchMatMulV2', [a, b], {adj_x: {b: false}, adj_y: {b: transpose}})
}

function cut(graph: TfjsGraph, x: string, begin: readonly number[], size: readonly number[]): string {
  return graph.node('Slice', [x, integers(graph, begin), integers(graph, size)])
}

function integers(graph: TfjsGraph, values: readonly number[]): string {
  return graph.constant('integers', [values.length], Int32Array.from(values))
}
