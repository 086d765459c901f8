import {writeFile} from 'node:fs/promises'
import type {ModelFile, Preprocessing} from '../checkpoint.ts'
import {dataTypes, encodeOnnx, type OnnxModel} from './onnx-format.ts'
import {type OnnxGraph, openOnnxGraph} from './onnx-graph.ts'
import {addHead} from './onnx-head.ts'
import {addResnet} from './onnx-resnet.ts'

/** Writes a network as ONNX. Throws UserError for one that is not known here. */
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
  const map = await addResnet(graph, spec, weights, pixels)
  const output = graph.node('Identity', [addHead(graph, spec, weights, map)], {}, 'descriptors')
  return {
    name: spec.backbone,
    nodes: graph.nodes,
    constants: graph.constants,
    input: {name: 'images', type: 'uint8', shape: ['batch', 'height', 'width', 3]},
    output: {name: output, type: 'float', shape: ['batch', Number(metadata['nearmiss.dim'])]},
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
