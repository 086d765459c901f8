import {isOwnModule, loadOwnModule, type OwnModule, ownModuleError} from '../../own-module.ts'
import type {Layers} from '../layers/layer.ts'
import type {ModelSpec} from '../spec.ts'

/** A backbone's part of a network, between normalised images and the last feature map. */
export interface Backbone<T> {
  /** Maps images [images, height, width, 3] to the last feature map [images, height, width, channels]; consumes its input. */
  readonly trunk: (images: T) => T
  /** Of the last feature map. */
  readonly channels: number
  /** What its package does to pooled vectors [images, channels] before its classifier, where that is something; consumes its input. */
  readonly behindPool?: (pooled: T) => T
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
  if (isOwnModule(backbone)) return loadOwnBackbone(backbone)
  return (await import(new URL(`${backbone}.ts`, import.meta.url).href)) as BackboneModule
}

const purpose = {parameter: 'model.backbone', heading: 'a-backbone', exports: ['build']}

/** Of the user's; one that says nothing of a classifier has none in its files. */
async function loadOwnBackbone(path: OwnModule): Promise<BackboneModule> {
  const {build, unused = /^$/} = await loadOwnModule<Pick<BackboneModule, 'build'> & Partial<BackboneModule>>(
    path,
    purpose,
  )
  if (!(unused instanceof RegExp))
    throw ownModuleError(path, purpose, 'whose export unused must be a regular expression')
  return {
    unused,
    build: (spec, layers) => {
      const backbone = build(spec, layers)
      if (typeof backbone?.trunk === 'function' && Number.isSafeInteger(backbone.channels))
        return {...backbone, trunk: (images) => checkChannels(backbone.trunk(images), backbone.channels, path)}
      throw ownModuleError(path, purpose, 'whose build must return {trunk, channels}: a function and a whole number')
    },
  }
}

/** Where the network computes; where it is described there are no shapes. */
function checkChannels<T>(map: T, channels: number, path: OwnModule): T {
  const shape = (map as {readonly raw?: {readonly shape?: readonly number[]}} | undefined)?.raw?.shape
  if (shape === undefined || shape.at(-1) === channels) return map
  throw ownModuleError(path, purpose, `whose trunk makes maps of shape [${shape}], where channels says ${channels}`)
}
