import {writeFile} from 'node:fs/promises'
import {byteScaling} from '../../../engine/ops/pixels.ts'
import type {ModelFile, Preprocessing} from '../../checkpoint.ts'
import {IMAGES, traceNetwork} from '../../graph.ts'
import {l2} from '../../layers/l2.ts'
import {pictureSide} from '../../picture-side.ts'
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
  const graph = openOnnxGraph(pictureSide(preprocessing.transforms))
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

/** From bytes, channels last, to the network's input, channels first: a convolution of one position may change their order too. */
function addNormalisation(graph: OnnxGraph, images: string, preprocessing: Preprocessing): string {
  const numbers = graph.node('Cast', [images], {to: dataTypes.float})
  const first = graph.node('Transpose', [numbers], {perm: [0, 3, 1, 2]})
  const {centre, scale} = byteScaling(preprocessing)
  const order = preprocessing.channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]
  const kernel = Float32Array.from({length: 9}, (_, i) => {
    const output = Math.floor(i / 3)
    return i % 3 === order[output] ? scale[output]! : 0
  })
  const bias = scale.map((factor, output) => -centre[output]! * factor)
  const constants = [graph.constant('pixels.weight', [3, 3, 1, 1], kernel), graph.constant('pixels.bias', [3], bias)]
  return graph.node('Conv', [first, ...constants], {kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0]})
}
