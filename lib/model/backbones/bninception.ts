import {averagePool} from '../layers/average-pool.ts'
import {joinChannels} from '../layers/join-channels.ts'
import type {Layers} from '../layers/layer.ts'
import {maxPool} from '../layers/max-pool.ts'
import {relu} from '../layers/relu.ts'
import {type UnitShape, unit} from '../layers/unit.ts'
import type {BackboneModule} from './backbone.ts'

interface BlockShape {
  /** Channels of the 1x1 branch and behind the pool; blocks that halve the map have neither. */
  readonly sides?: readonly [one: number, pooled: number]
  /** Before and behind the 3x3. */
  readonly single: readonly [number, number]
  /** Before and behind the two 3x3. */
  readonly double: readonly [number, number]
  /** Which pool its last branch begins with; average unless said. */
  readonly pool?: 'max'
}

const blocks: readonly (readonly [name: string, BlockShape])[] = [
  ['3a', {sides: [64, 32], single: [64, 64], double: [64, 96]}],
  ['3b', {sides: [64, 64], single: [64, 96], double: [64, 96]}],
  ['3c', {single: [128, 160], double: [64, 96]}],
  ['4a', {sides: [224, 128], single: [64, 96], double: [96, 128]}],
  ['4b', {sides: [192, 128], single: [96, 128], double: [96, 128]}],
  ['4c', {sides: [160, 128], single: [128, 160], double: [128, 160]}],
  ['4d', {sides: [96, 128], single: [128, 192], double: [160, 192]}],
  ['4e', {single: [128, 192], double: [192, 256]}],
  ['5a', {sides: [352, 128], single: [192, 320], double: [160, 224]}],
  ['5b', {sides: [352, 128], single: [192, 320], double: [192, 224], pool: 'max'}],
]

export const unused = /^last_linear\./

/**
 * BN-Inception (Ioffe and Szegedy 2015) as Cadene's pretrainedmodels has it, ported from Caffe: convolutions with bias, and pictures as
 * blue, green, red from 0 to 255 (image.channels, image.range).
 */
export const build: BackboneModule['build'] = (_, layers) => {
  const half = layers.open(maxPool(halving))
  const steps = [
    openUnit(layers, 'conv1_7x7_s2', {input: 3, output: 64, size: 7, stride: 2, relu: false}),
    // Cadene has the ReLU first: max-pool.ts says why not.
    half,
    layers.open(relu()),
    openUnit(layers, 'conv2_3x3_reduce', {input: 64, output: 64, size: 1}),
    openUnit(layers, 'conv2_3x3', {input: 64, output: 192, size: 3}),
    half,
  ]
  let channels = 192
  for (const [name, shape] of blocks) {
    const open = shape.sides === undefined ? openHalving : openInception
    steps.push(open(layers, `inception_${name}`, channels, shape))
    const [one, pooled] = shape.sides ?? [0, channels]
    channels = one + shape.single[1] + shape.double[1] + pooled
  }
  return {channels, trunk: (images) => steps.reduce((x, step) => step(x), images)}
}

const halving = {size: 3, stride: 2, pad: 0, ceil: true}

/** Four branches side by side. */
function openInception<T>(layers: Layers<T>, name: string, input: number, shape: BlockShape) {
  const [one, pooled] = shape.sides!
  const first = openUnit(layers, `${name}_1x1`, {input, output: one, size: 1})
  const [single, double] = openMiddle(layers, name, input, shape, 1)
  const pool = layers.open(shape.pool === 'max' ? maxPool({size: 3, stride: 1, pad: 1, ceil: true}) : averagePool())
  const last = openUnit(layers, `${name}_pool_proj`, {input, output: pooled, size: 1})
  const join = layers.open(joinChannels())
  return (x: T) => join(first(layers.again(x)), single(layers.again(x)), double(layers.again(x)), last(pool(x)))
}

/** Three branches with stride 2; the last is a pool alone. */
function openHalving<T>(layers: Layers<T>, name: string, input: number, shape: BlockShape) {
  const [single, double] = openMiddle(layers, name, input, shape, 2)
  const [pool, join] = [layers.open(maxPool(halving)), layers.open(joinChannels())]
  return (x: T) => join(single(layers.again(x)), double(layers.again(x)), pool(x))
}

/** The branch with one 3x3 and the one with two, which have their stride at the last. */
function openMiddle<T>(layers: Layers<T>, block: string, input: number, {single, double}: BlockShape, stride: number) {
  const [narrow, three] = single
  const branch = [
    openUnit(layers, `${block}_3x3_reduce`, {input, output: narrow, size: 1}),
    openUnit(layers, `${block}_3x3`, {input: narrow, output: three, size: 3, stride}),
  ] as const
  const [narrower, twice] = double
  const longer = [
    openUnit(layers, `${block}_double_3x3_reduce`, {input, output: narrower, size: 1}),
    openUnit(layers, `${block}_double_3x3_1`, {input: narrower, output: twice, size: 3}),
    openUnit(layers, `${block}_double_3x3_2`, {input: twice, output: twice, size: 3, stride}),
  ] as const
  return [(x: T) => branch[1](branch[0](x)), (x: T) => longer[2](longer[1](longer[0](x)))] as const
}

type Size = Pick<UnitShape, 'input' | 'output' | 'size'> & Partial<Pick<UnitShape, 'stride' | 'relu'>>

/** Weights and bias start as PyTorch's convolutions do: uniform within 1 / √inputs. */
function openUnit<T>(layers: Layers<T>, name: string, size: Size) {
  const names = {convolution: name, norm: `${name}_bn`, bias: true}
  const start = {uniform: 1 / Math.sqrt(size.input * size.size ** 2)}
  return layers.open(unit({stride: 1, relu: true, start, ...names, ...size}))
}
