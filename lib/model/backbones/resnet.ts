import type {Layers} from '../layers/layer.ts'
import {maxPool} from '../layers/max-pool.ts'
import {relu} from '../layers/relu.ts'
import {type UnitShape, unit} from '../layers/unit.ts'
import type {ModelSpec} from '../spec.ts'
import type {Backbone} from './backbone.ts'

/** What tells one ResNet from another: its kind of block, and the number of blocks in each of its four stages. */
export interface ResnetShape {
  readonly block: 'basic' | 'bottleneck'
  readonly depths: readonly [number, number, number, number]
}

export const unused = /^fc\./

/**
 * A residual network (He et al. 2016) as torchvision has it, without its classifier: a stem and four stages of blocks, each stage
 * twice as wide and half as large as the one before. Bottlenecks have their stride at the 3x3 convolution.
 */
export function buildResnet<T>({stem, width}: ModelSpec, layers: Layers<T>, {block, depths}: ResnetShape): Backbone<T> {
  const first = stem === 'imagenet' ? openImagenetStem(width, layers) : openSmallStem(width, layers)
  const openBlock = block === 'basic' ? openBasicBlock : openBottleneck
  const blocks: Backbone<T>[] = []
  let channels = width
  depths.forEach((depth, stage) => {
    for (let i = 0; i < depth; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1
      const opened = openBlock(`layer${stage + 1}.${i}`, {input: channels, width: width * 2 ** stage, stride}, layers)
      blocks.push(opened)
      channels = opened.channels
    }
  })
  return {channels, trunk: (images) => blocks.reduce((x, {trunk}) => trunk(x), first(images))}
}

/** 7x7 with stride 2, then the maximum of 3x3 with stride 2: a quarter of the size. */
function openImagenetStem<T>(width: number, layers: Layers<T>) {
  const first = {convolution: 'conv1', norm: 'bn1', input: 3, output: width, size: 7, stride: 2, relu: false}
  const [convolve, shrink, positive] = [
    layers.open(unit(first)),
    layers.open(maxPool({size: 3, stride: 2, pad: 1, ceil: false})),
    layers.open(relu()),
  ]
  // torchvision has the ReLU first; the largest stays the largest, and a quarter of the work is left (max-pool.ts).
  return (images: T) => positive(shrink(convolve(images)))
}

/** 3x3 with stride 2 and no pooling, for images of about 64 pixels. */
function openSmallStem<T>(width: number, layers: Layers<T>) {
  return layers.open(unit({convolution: 'conv1', norm: 'bn1', input: 3, output: width, size: 3, stride: 2, relu: true}))
}

interface BlockShape {
  readonly input: number
  readonly width: number
  readonly stride: number
}

/** Two 3x3 units round which the input goes as it is, or through a 1x1 unit where the shape changes. */
function openBasicBlock<T>(name: string, {input, width, stride}: BlockShape, layers: Layers<T>): Backbone<T> {
  const enter = openUnit(layers, name, 1, {input, output: width, size: 3, stride})
  const leave = openUnit(layers, name, 2, {input: width, output: width, size: 3, stride: 1})
  const shorten = openShortcut(name, {input, output: width, stride}, layers)
  return {
    channels: width,
    trunk: (x) => {
      const residual = shorten(layers.again(x))
      return leave(enter(x), residual)
    },
  }
}

/** 1x1 to a quarter of the channels, 3x3 there, 1x1 back. */
function openBottleneck<T>(name: string, {input, width, stride}: BlockShape, layers: Layers<T>): Backbone<T> {
  const output = 4 * width
  const narrow = openUnit(layers, name, 1, {input, output: width, size: 1, stride: 1})
  const middle = openUnit(layers, name, 2, {input: width, output: width, size: 3, stride})
  const widen = openUnit(layers, name, 3, {input: width, output, size: 1, stride: 1})
  const shorten = openShortcut(name, {input, output, stride}, layers)
  return {
    channels: output,
    trunk: (x) => {
      const residual = shorten(layers.again(x))
      return widen(middle(narrow(x)), residual)
    },
  }
}

type UnitSize = Pick<UnitShape, 'input' | 'output' | 'size' | 'stride'>

function openUnit<T>(layers: Layers<T>, block: string, place: number, size: UnitSize) {
  return layers.open(unit({convolution: `${block}.conv${place}`, norm: `${block}.bn${place}`, ...size, relu: true}))
}

function openShortcut<T>(block: string, {input, output, stride}: Omit<UnitSize, 'size'>, layers: Layers<T>) {
  if (stride === 1 && input === output) return (x: T) => x
  const names = {convolution: `${block}.downsample.0`, norm: `${block}.downsample.1`}
  return layers.open(unit({...names, input, output, size: 1, stride, relu: false}))
}
