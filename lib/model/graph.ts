import {loadBackbone} from './backbones/backbone.ts'
import {buildHead} from './heads/head.ts'
import type {Layer, Layers} from './layers/layer.ts'
import type {ModelSpec} from './spec.ts'
import type {TensorLayout} from './tensor-layout.ts'

/** A network on paper, as it describes images: what is computed from what. */
export interface NetworkGraph {
  /** In the order they are computed; a layer that is applied twice is there twice. */
  readonly nodes: readonly GraphNode[]
  /** All tensors: the backbone's in the order of its package's state dict, without the classifier, then the head's. */
  readonly tensors: readonly TensorLayout[]
  /** Numbers in a descriptor. */
  readonly dim: number
}

/** The last node gives the descriptors, [images, dim], not normalised. */
export interface GraphNode {
  readonly layer: Layer
  /** Places in the list of nodes; IMAGES: the normalised pictures. */
  readonly inputs: readonly number[]
}

export const IMAGES = -1

/** Builds a network from its specification, without anything that computes. */
export async function traceNetwork(spec: ModelSpec): Promise<NetworkGraph> {
  const {build} = await loadBackbone(spec)
  const [nodes, tensors]: [GraphNode[], TensorLayout[]] = [[], []]
  const layers: Layers<number> = {
    open: (layer) => {
      if (layer.onlyTrains) return (...inputs) => inputs[0]!
      tensors.push(...layer.tensors)
      return (...inputs) => nodes.push({layer, inputs}) - 1
    },
    again: (x) => x,
  }
  const {trunk, ...end} = build(spec, layers)
  const {apply, dim} = buildHead(spec, end, layers)
  apply(trunk(IMAGES))
  return {nodes, tensors, dim}
}
