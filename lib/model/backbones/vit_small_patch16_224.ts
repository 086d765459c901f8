import type {BackboneModule} from './backbone.ts'
import {buildVit} from './vit.ts'

/** ViT-S/16 as timm has it; other sizes as timm's dynamic_img_size. */
export const build: BackboneModule['build'] = (spec, layers) =>
  buildVit(spec, layers, {
    channels: 384,
    patch: 16,
    side: 224,
    registers: 0,
    layerScale: false,
    resampling: {antialias: true, offset: 0},
    deviation: 1e-6,
  })

export {unused} from './vit.ts'
