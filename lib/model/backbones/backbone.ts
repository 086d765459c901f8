import type {Layers} from '../layers/layer.ts'
import type {ModelSpec} from '../spec.ts'

/** A backbone's part of a network, between normalised images and the last feature map. */
export interface Backbone<T> {
  /** Maps images [images, height, width, 3] to the last feature map [images, height, width, channels]; consumes its input. */
  readonly trunk: (images: T) => T
  /** Of the last feature map. */
  readonly channels: number
}

/** What a file of `backbones/` exports. */
export interface BackboneModule {
  /** Opens its layers in the order of the state dict of its package. */
  readonly build: <T>(spec: ModelSpec, layers: Layers<T>) => Backbone<T>
  /** Names of tensors in its package's files that have no part in the feature map: the classifier. */
  readonly unused: RegExp
}

/** Loads the backbone of a model. Its module alone is loaded, so that another backbone never changes this one's keys. */
export async function loadBackbone({backbone}: Pick<ModelSpec, 'backbone'>): Promise<BackboneModule> {
  return (await import(new URL(`${backbone}.ts`, import.meta.url).href)) as BackboneModule
}
