import type {Unit} from '../../engine/ops/unit.ts'
import type {Parameter} from '../../engine/parameter.ts'
import type {Tape, Value} from '../../engine/tape.ts'
import type {ModelSpec} from '../spec.ts'
import type {TensorLayout} from '../tensor-layout.ts'

/** Maps normalised images [images, height, width, 3] to the last feature map [images, height, width, channels]; consumes its input. */
export type Trunk = (images: Value, tape?: Tape) => Value

export interface Backbone {
  readonly trunk: Trunk
  /** Of the last feature map. */
  readonly channels: number
}

/** A convolution without bias and the batch norm behind it, by their names in torchvision. */
export interface UnitShape {
  readonly convolution: string
  readonly norm: string
  readonly input: number
  readonly output: number
  /** Side of the kernel; padded by half of it, rounded down. */
  readonly size: number
  readonly stride: number
}

/**
 * What a backbone is made of. It is asked twice: for the names and shapes of its tensors (layout.ts), and for layers that
 * compute (network.ts), so that the two cannot disagree.
 */
export interface Layers {
  unit(shape: UnitShape): Unit
  /** A trained tensor of its own. */
  weight(layout: TensorLayout): Parameter
}

/** A file of `backbones/` exports one as `build`; it asks for layers in the order of the state dict of its package. */
export type BuildBackbone = (spec: ModelSpec, layers: Layers) => Backbone

/** Loads the backbone of a model. Its module alone is loaded, so that another backbone never changes this one's keys. */
export async function loadBackbone({backbone}: Pick<ModelSpec, 'backbone'>): Promise<BuildBackbone> {
  const {build} = (await import(new URL(`${backbone}.ts`, import.meta.url).href)) as {build: BuildBackbone}
  return build
}
