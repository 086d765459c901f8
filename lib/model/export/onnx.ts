import {writeFile} from 'node:fs/promises'
import type {ModelFile, Preprocessing} from '../checkpoint.ts'
import {encodeOnnx} from './onnx-format.ts'
import {type OnnxGraph, openOnnxGraph} from './onnx-graph.ts'
import {addHead} from './onnx-head.ts'
import {addResnet} from './onnx-resnet.ts'

/**
 * Writes a network as ONNX: `images`, uint8 [batch, height, width, 3], RGB, resized and cropped as the metadata say, to `descriptors`,
 * float [batch, dim], of length 1. The division by 255, mean and deviation are in the graph, batch norm is folded into the convolutions.
 */
export async function writeOnnx(
  path: string,
  {spec, preprocessing, weights}: ModelFile,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const graph = openOnnxGraph()
  const pixels = addNormalisation(graph, 'images', preprocessing)
  const map = await addResnet(graph, spec, weights, pixels)
  const descriptors = addHead(graph, spec, weights, map)
  const bytes = encodeOnnx({
    name: spec.backbone,
    nodes: [
      ...graph.nodes,
      {name: 'descriptors', opType: 'Identity', input: [descriptors], output: ['descriptors'], attributes: {}},
    ],
    constants: graph.constants,
    input: {name: 'images', type: 'uint8', shape: ['batch', 'height', 'width', 3]},
    output: {name: 'descriptors', type: 'float', shape: ['batch', Number(metadata['nearmiss.dim'])]},
    metadata,
  })
  await writeFile(path, bytes)
}

/** From bytes, channels last, to (byte / 255 - mean) / deviation, channels first. */
function addNormalisation(graph: OnnxGraph, images: string, {mean, std}: Preprocessing): string {
  const numbers = graph.node('Cast', [images], {to: 1})
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
