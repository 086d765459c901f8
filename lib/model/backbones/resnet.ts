import {relu} from '../../engine/ops/activation.ts'
import {maxPool} from '../../engine/ops/max-pool.ts'
import type {ModelSpec} from '../spec.ts'
import type {Backbone, Layers, Trunk} from './backbone.ts'

/** What tells one ResNet from another: its kind of block, and the number of blocks in each of its four stages. */
export interface ResnetShape {
  readonly block: 'basic' | 'bottleneck'
  readonly depths: readonly [number, number, number, number]
}

/** A block and the channels it gives. */
interface Block {
  readonly trunk: Trunk
  readonly channels: number
}

/**
 * A residual network (He et al. 2016) as torchvision has it, without its classifier: a stem and four stages of blocks, each stage
 * twice as wide and half as large as the one before. Bottlenecks have their stride at the 3x3 convolution.
 */
export function buildResnet({stem, width}: ModelSpec, layers: Layers, {block, depths}: ResnetShape): Backbone {
  const first = stem === 'imagenet' ? openImagenetStem(width, layers) : openSmallStem(width, layers)
  const openBlock = block === 'basic' ? openBasicBlock : openBottleneck
  const blocks: Block[] = []
  let channels = width
  depths.forEach((depth, stage) => {
    for (let i = 0; i < depth; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1
      const opened = openBlock(`layer${stage + 1}.${i}`, {input: channels, width: width * 2 ** stage, stride}, layers)
      blocks.push(opened)
      channels = opened.channels
    }
  })
  return {channels, trunk: (images, tape) => blocks.reduce((x, {trunk}) => trunk(x, tape), first(images, tape))}
}

/** 7x7 with stride 2, then the maximum of 3x3 with stride 2: a quarter of the size. */
function openImagenetStem(width: number, layers: Layers): Trunk {
  const convolve = layers.unit({convolution: 'conv1', norm: 'bn1', input: 3, output: width, size: 7, stride: 2})
  // torchvision has the ReLU first; the largest stays the largest, and a quarter of the work is left (max-pool.ts).
  return (images, tape) => relu(maxPool(convolve(images, {relu: false}, tape), tape), tape)
}

/** 3x3 with stride 2 and no pooling, for images of about 64 pixels. */
function openSmallStem(width: number, layers: Layers): Trunk {
  const convolve = layers.unit({convolution: 'conv1', norm: 'bn1', input: 3, output: width, size: 3, stride: 2})
  return (images, tape) => convolve(images, {relu: true}, tape)
}

interface BlockShape {
  readonly input: number
  readonly width: number
  readonly stride: number
}

/** Two 3x3 units round which the input goes as it is, or through a 1x1 unit where the shape changes. */
function openBasicBlock(name: string, {input, width, stride}: BlockShape, layers: Layers): Block {
  const enter = openUnit(layers, name, 1, {input, output: width, size: 3, stride})
  const leave = openUnit(layers, name, 2, {input: width, output: width, size: 3, stride: 1})
  const shorten = openShortcut(name, {input, output: width, stride}, layers)
  return {
    channels: width,
    trunk: (x, tape) => {
      const residual = shorten(x.hold(), tape)
      return leave(enter(x, {relu: true}, tape), {residual, relu: true}, tape)
    },
  }
}

/** 1x1 to a quarter of the channels, 3x3 there, 1x1 back. */
function openBottleneck(name: string, {input, width, stride}: BlockShape, layers: Layers): Block {
  const output = 4 * width
  const narrow = openUnit(layers, name, 1, {input, output: width, size: 1, stride: 1})
  const middle = openUnit(layers, name, 2, {input: width, output: width, size: 3, stride})
  const widen = openUnit(layers, name, 3, {input: width, output, size: 1, stride: 1})
  const shorten = openShortcut(name, {input, output, stride}, layers)
  return {
    channels: output,
    trunk: (x, tape) => {
      const residual = shorten(x.hold(), tape)
      const inner = middle(narrow(x, {relu: true}, tape), {relu: true}, tape)
      return widen(inner, {residual, relu: true}, tape)
    },
  }
}

interface UnitSize {
  readonly input: number
  readonly output: number
  readonly size: number
  readonly stride: number
}

function openUnit(layers: Layers, block: string, place: number, size: UnitSize) {
  return layers.unit({convolution: `${block}.conv${place}`, norm: `${block}.bn${place}`, ...size})
}

function openShortcut(block: string, {input, output, stride}: Omit<UnitSize, 'size'>, layers: Layers): Trunk {
  if (stride === 1 && input === output) return (x) => x
  const names = {convolution: `${block}.downsample.0`, norm: `${block}.downsample.1`}
  const shorten = layers.unit({...names, input, output, size: 1, stride})
  return (x, tape) => shorten(x, {relu: false}, tape)
}
