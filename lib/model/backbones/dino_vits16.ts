import type {BackboneModule} from './backbone.ts'
import {buildVit} from './vit.ts'

/** ViT-S/16 of DINO (Caron et al. 2021): timm's, but for how positions fit other sizes. */
export const build: BackboneModule['build'] = (spec, layers) =>
  buildVit(spec, layers, {
    channels: 384,
    patch: 16,
    side: 224,
    registers: 0,
    layerScale: false,
    resampling: {antialias: false, offset: 0.1},
    deviation: 0.02,
  })

export {unused} from './vit.ts'
