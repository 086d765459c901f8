import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {byteScaling} from '../../../engine/ops/pixels.ts'
import type {ModelFile, Preprocessing} from '../../checkpoint.ts'
import {IMAGES, traceNetwork} from '../../graph.ts'
import {l2} from '../../layers/l2.ts'
import {pictureSide} from '../../picture-side.ts'
import type {AnyLayer} from '../any-layer.ts'
import {openTfjsGraph, type TfjsConstant, type TfjsGraph, type TfjsNode} from './graph.ts'
import {writeLayer} from './writers.ts'

// What browsers keep in their caches: tensorflowjs_converter's size.
const shardBytes = 4 * 2 ** 20

/** Writes a network as a TensorFlow.js graph model: a folder with model.json and its numbers. Throws UserError for a layer that cannot be written. */
export async function writeTfjs(
  folder: string,
  model: ModelFile,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const graph = await buildGraph(model)
  const bytes = Buffer.concat(
    graph.constants.map(({data}) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  )
  const count = Math.max(1, Math.ceil(bytes.length / shardBytes))
  const paths = Array.from({length: count}, (_, i) => `group1-shard${i + 1}of${count}.bin`)
  await mkdir(folder)
  for (const [i, path] of paths.entries())
    await writeFile(join(folder, path), bytes.subarray(i * shardBytes, (i + 1) * shardBytes))
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(describe(graph, paths, metadata))}\n`)
}

/**
 * The network from `images`, int32 [batch, height, width, 3] (`tf.browser.fromPixels`), RGB, resized and cropped as the metadata say, to
 * `descriptors`, float [batch, dim], of length 1. Division by 255, mean and deviation are in the graph, batch norm is folded into the convolutions.
 */
async function buildGraph({spec, preprocessing, weights}: ModelFile): Promise<TfjsGraph & {readonly dim: number}> {
  const graph = openTfjsGraph(pictureSide(preprocessing.transforms))
  const images = graph.node(
    'Placeholder',
    [],
    {dtype: {type: 'DT_INT32'}, shape: {shape: dimensions(imageShape)}},
    'images',
  )
  const pixels = addNormalisation(graph, images, preprocessing)
  const {nodes, dim} = await traceNetwork(spec)
  const results: string[] = []
  for (const {layer, inputs} of nodes) {
    const names = inputs.map((place) => (place === IMAGES ? pixels : results[place]!))
    results.push(writeLayer(graph, layer as AnyLayer, names, weights))
  }
  const unit = writeLayer(graph, l2('clamped'), results.slice(-1), weights)
  graph.node('Identity', [unit], {}, 'descriptors')
  return {...graph, dim}
}

const imageShape = [-1, -1, -1, 3]

/** From bytes to the network's input. */
function addNormalisation(graph: TfjsGraph, images: string, preprocessing: Preprocessing): string {
  const numbers = graph.node('Cast', [images], {SrcT: {type: 'DT_INT32'}, DstT: {type: 'DT_FLOAT'}})
  const {centre, scale} = byteScaling(preprocessing)
  const centred = graph.node('Sub', [
    preprocessing.channels === 'rgb' ? numbers : addReversal(graph, numbers),
    graph.constant('pixels.mean', [3], centre),
  ])
  return graph.node('Mul', [centred, graph.constant('pixels.scale', [3], scale)])
}

/** Of the channels. */
function addReversal(graph: TfjsGraph, numbers: string): string {
  const axis = graph.constant('pixels.axis', [1], Int32Array.of(3))
  return graph.node('ReverseV2', [numbers, axis], {Tidx: {type: 'DT_INT32'}})
}

// https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts, ModelJSON
function describe(
  {nodes, constants, dim}: TfjsGraph & {readonly dim: number},
  paths: readonly string[],
  metadata: Readonly<Record<string, string>>,
) {
  return {
    format: 'graph-model',
    generatedBy: 'nearmiss',
    convertedBy: null,
    signature: {
      inputs: {images: {name: 'images:0', dtype: 'DT_INT32', tensorShape: dimensions(imageShape)}},
      outputs: {descriptors: {name: 'descriptors:0', dtype: 'DT_FLOAT', tensorShape: dimensions([-1, dim])}},
    },
    userDefinedMetadata: metadata,
    modelTopology: {node: [...constants.map(constantNode), ...nodes], library: {}, versions: {producer: 1882}},
    weightsManifest: [{paths, weights: constants.map(({name, shape, data}) => ({name, shape, dtype: dtypeOf(data)}))}],
  }
}

/** Its numbers are found by its name among the weights. */
function constantNode({name, shape, data}: TfjsConstant): Pick<TfjsNode, 'name' | 'op'> & {attr: unknown} {
  const dtype = dtypeOf(data) === 'float32' ? 'DT_FLOAT' : 'DT_INT32'
  return {name, op: 'Const', attr: {dtype: {type: dtype}, value: {tensor: {dtype, tensorShape: dimensions(shape)}}}}
}

function dtypeOf(data: TfjsConstant['data']): 'float32' | 'int32' {
  return data instanceof Float32Array ? 'float32' : 'int32'
}

/** A shape of GraphDef; -1 is any length. */
function dimensions(shape: readonly number[]) {
  return {dim: shape.map((length) => ({size: String(length)}))}
}
