import {writeFile} from 'node:fs/promises'
import type {ModelFile, Preprocessing} from '../../checkpoint.ts'
import {IMAGES, traceNetwork} from '../../graph.ts'
import {l2} from '../../layers/l2.ts'
import type {AnyLayer} from '../any-layer.ts'
import {dataTypes, encodeOnnx, type OnnxModel} from './format.ts'
import {type OnnxGraph, openOnnxGraph} from './graph.ts'
import {writeLayer} from './writers.ts'

/** Writes a network as ONNX. Throws UserError for a layer that cannot be written. */
export async function writeOnnx(
  path: string,
  model: ModelFile,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFile(path, encodeOnnx(await buildOnnx(model, metadata)))
}

/**
 * The network from `images`, uint8 [batch, height, width, 3], RGB, resized and cropped as the metadata say, to `descriptors`, float
 * [batch, dim], of length 1. Division by 255, mean and deviation are in the graph, batch norm is folded into the convolutions.
 */
export async function buildOnnx(
  {spec, preprocessing, weights}: ModelFile,
  metadata: Readonly<Record<string, string>>,
): Promise<OnnxModel> {
  const graph = openOnnxGraph()
  const pixels = addNormalisation(graph, 'images', preprocessing)
  const {nodes, dim} = await traceNetwork(spec)
  const results: string[] = []
  for (const {layer, inputs} of nodes) {
    const names = inputs.map((place) => (place === IMAGES ? pixels : results[place]!))
    results.push(writeLayer(graph, layer as AnyLayer, names, weights))
  }
  const unit = writeLayer(graph, l2('clamped'), results.slice(-1), weights)
  const output = graph.node('Identity', [unit], {}, 'descriptors')
  return {
    name: spec.backbone,
    nodes: graph.nodes,
    constants: graph.constants,
    input: {name: 'images', type: 'uint8', shape: ['batch', 'height', 'width', 3]},
    output: {name: output, type: 'float', shape: ['batch', dim]},
    metadata,
  }
}

/** From bytes, channels last, to (byte / 255 - mean) / deviation, channels first. */
function addNormalisation(graph: OnnxGraph, images: string, {mean, std}: Preprocessing): string {
  const numbers = graph.node('Cast', [images], {to: dataTypes.float})
  const first = graph.node('Transpose', [numbers], {perm: [0, 3, 1, 2]})
  const perChannel = [1, 3, 1, 1]
  const centre = graph.constant(
    'pixels.mean',
    perChannel,
    Float32Array.from(mean, (value) => 255 * value),
  )
  const scale = graph.constant(
    'pixels.scale',
    perChannel,
    Float32Array.from(std, (value) => 1 / (255 * value)),
  )
  return graph.node('Mul', [graph.node('Sub', [first, centre]), scale])
}
