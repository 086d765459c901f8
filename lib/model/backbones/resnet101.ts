import type {BuildBackbone} from './backbone.ts'
import {buildResnet} from './resnet.ts'

export const build: BuildBackbone = (spec, layers) =>
  buildResnet(spec, layers, {block: 'bottleneck', depths: [3, 4, 23, 3]})
