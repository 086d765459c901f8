import {relu} from '../engine/ops/activation.ts'
import {maxPool} from '../engine/ops/max-pool.ts'
import type {Unit} from '../engine/ops/unit.ts'
import type {Tape, Value} from '../engine/tape.ts'
import type {ModelSpec} from './spec.ts'

/** Maps normalised images to the last feature map, [images, height, width, 8 width]; consumes its input. */
export type Trunk = (images: Value, tape?: Tape) => Value

/** Opens the unit with the given names of convolution and normalisation. */
export type OpenUnit = (convolution: string, norm: string, stride: number) => Unit

/**
 * ResNet18 (He et al. 2016) as torchvision has it, without its classifier: a stem and four stages of two basic blocks, each stage
 * twice as wide and half as large as the one before.
 */
export function openResnet18({stem}: Pick<ModelSpec, 'stem'>, openUnit: OpenUnit): Trunk {
  const first = stem === 'imagenet' ? openImagenetStem(openUnit) : openSmallStem(openUnit)
  const blocks = [1, 2, 3, 4].flatMap((stage) => [
    openBasicBlock(`layer${stage}.0`, stage === 1 ? 1 : 2, openUnit),
    openBasicBlock(`layer${stage}.1`, 1, openUnit),
  ])
  return (images, tape) => blocks.reduce((x, block) => block(x, tape), first(images, tape))
}

/** 7x7 with stride 2, then the maximum of 3x3 with stride 2: a quarter of the size. */
function openImagenetStem(openUnit: OpenUnit): Trunk {
  const convolve = openUnit('conv1', 'bn1', 2)
  // torchvision has the ReLU first; the largest stays the largest, and a quarter of the work is left (max-pool.ts).
  return (images, tape) => relu(maxPool(convolve(images, {relu: false}, tape), tape), tape)
}

/** 3x3 with stride 2 and no pooling, for images of about 64 pixels. */
function openSmallStem(openUnit: OpenUnit): Trunk {
  const convolve = openUnit('conv1', 'bn1', 2)
  return (images, tape) => convolve(images, {relu: true}, tape)
}

/** Two 3x3 units round which the input goes as it is, or through a 1x1 unit where the shape changes. */
function openBasicBlock(name: string, stride: number, openUnit: OpenUnit): Trunk {
  const enter = openUnit(`${name}.conv1`, `${name}.bn1`, stride)
  const leave = openUnit(`${name}.conv2`, `${name}.bn2`, 1)
  const shorten = stride === 1 ? undefined : openUnit(`${name}.downsample.0`, `${name}.downsample.1`, stride)
  return (x, tape) => {
    const residual = shorten === undefined ? x.hold() : shorten(x.hold(), {relu: false}, tape)
    return leave(enter(x, {relu: true}, tape), {residual, relu: true}, tape)
  }
}
