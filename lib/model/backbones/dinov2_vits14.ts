import type {BackboneModule} from './backbone.ts'
import {buildVit} from './vit.ts'

/** ViT-S/14 of DINOv2 (Oquab et al. 2024). */
export const build: BackboneModule['build'] = (spec, layers) =>
  buildVit(spec, layers, {
    channels: 384,
    patch: 14,
    side: 518,
    registers: 0,
    layerScale: true,
    resampling: {antialias: false, offset: 0.1},
    deviation: 1e-6,
  })

export {unused} from './vit.ts'
