import {type Layers, loadBackbone, type UnitShape} from '../backbones/backbone.ts'
import type {ModelSpec} from '../spec.ts'

/** What a backbone asks for when it is built, without anything that computes. */
export interface PaperBackbone {
  /** Convolutions with their batch norms, in the order of the state dict. */
  readonly units: readonly UnitShape[]
  /** Of the last feature map. */
  readonly channels: number
}

export async function buildOnPaper(spec: ModelSpec): Promise<PaperBackbone> {
  const build = await loadBackbone(spec)
  const units: UnitShape[] = []
  const onPaper = () => {
    throw new Error('a layer on paper computes nothing')
  }
  const layers: Layers = {
    unit: (shape) => {
      units.push(shape)
      return onPaper
    },
    weight: () => undefined as never, // only layers that compute look at it
  }
  const {channels} = build(spec, layers)
  return {units, channels}
}
