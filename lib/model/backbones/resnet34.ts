import type {BackboneModule} from './backbone.ts'
import {buildResnet} from './resnet.ts'

export const build: BackboneModule['build'] = (spec, layers) =>
  buildResnet(spec, layers, {block: 'basic', depths: [3, 4, 6, 3]})

export {unused} from './resnet.ts'
