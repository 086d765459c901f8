import {joinChannels} from '../layers/join-channels.ts'
import type {Layers} from '../layers/layer.ts'
import {maxPool} from '../layers/max-pool.ts'
import {relu} from '../layers/relu.ts'
import {type UnitShape, unit} from '../layers/unit.ts'
import type {BackboneModule} from './backbone.ts'

/** Channels behind each branch, and before the 3x3 of the second and third. */
type Widths = readonly [one: number, narrow: number, three: number, narrower: number, five: number, pooled: number]

const blocks: readonly (readonly [name: string, Widths])[] = [
  ['3a', [64, 96, 128, 16, 32, 32]],
  ['3b', [128, 128, 192, 32, 96, 64]],
  ['4a', [192, 96, 208, 16, 48, 64]],
  ['4b', [160, 112, 224, 24, 64, 64]],
  ['4c', [128, 128, 256, 24, 64, 64]],
  ['4d', [112, 144, 288, 32, 64, 64]],
  ['4e', [256, 160, 320, 32, 128, 128]],
  ['5a', [256, 160, 320, 32, 128, 128]],
  ['5b', [384, 192, 384, 48, 128, 128]],
]

/** The classifier and the two that only train with it. */
export const unused = /^(aux1|aux2|fc)\./

/**
 * GoogLeNet (Szegedy et al. 2015) as torchvision has it: with batch norm, and 3x3 where the paper has 5x5. Its transform_input is
 * no part of it: it amounts to image.mean and image.std of 0.5 each.
 */
export const build: BackboneModule['build'] = (_, layers) => {
  const half = layers.open(maxPool({size: 3, stride: 2, pad: 0, ceil: true}))
  const halfInPairs = layers.open(maxPool({size: 2, stride: 2, pad: 0, ceil: true}))
  const steps = [
    openUnit(layers, 'conv1', {input: 3, output: 64, size: 7, stride: 2, relu: false}),
    // torchvision has the ReLU first: max-pool.ts says why not.
    half,
    layers.open(relu()),
    openUnit(layers, 'conv2', {input: 64, output: 64, size: 1}),
    openUnit(layers, 'conv3', {input: 64, output: 192, size: 3}),
    half,
  ]
  let channels = 192
  for (const [name, widths] of blocks) {
    steps.push(openInception(layers, `inception${name}`, channels, widths))
    if (name === '3b') steps.push(half)
    if (name === '4e') steps.push(halfInPairs)
    const [one, , three, , five, pooled] = widths
    channels = one + three + five + pooled
  }
  return {channels, trunk: (images) => steps.reduce((x, step) => step(x), images)}
}

function openInception<T>(layers: Layers<T>, name: string, input: number, widths: Widths) {
  const [one, narrow, three, narrower, five, pooled] = widths
  const branch1 = openUnit(layers, `${name}.branch1`, {input, output: one, size: 1})
  const branch2 = [
    openUnit(layers, `${name}.branch2.0`, {input, output: narrow, size: 1}),
    openUnit(layers, `${name}.branch2.1`, {input: narrow, output: three, size: 3}),
  ] as const
  const branch3 = [
    openUnit(layers, `${name}.branch3.0`, {input, output: narrower, size: 1}),
    openUnit(layers, `${name}.branch3.1`, {input: narrower, output: five, size: 3}),
  ] as const
  const branch4 = [
    layers.open(maxPool({size: 3, stride: 1, pad: 1, ceil: true})),
    openUnit(layers, `${name}.branch4.1`, {input, output: pooled, size: 1}),
  ] as const
  const join = layers.open(joinChannels())
  return (x: T) =>
    join(
      branch1(layers.again(x)),
      branch2[1](branch2[0](layers.again(x))),
      branch3[1](branch3[0](layers.again(x))),
      branch4[1](branch4[0](x)),
    )
}

type Size = Pick<UnitShape, 'input' | 'output' | 'size'> & Partial<Pick<UnitShape, 'stride' | 'relu'>>

/** torchvision's BasicConv2d; it draws weights from a normal distribution that is truncated at 200 deviations. */
function openUnit<T>(layers: Layers<T>, name: string, size: Size) {
  const names = {convolution: `${name}.conv`, norm: `${name}.bn`}
  return layers.open(unit({stride: 1, relu: true, epsilon: 1e-3, start: {normal: 0.01}, ...names, ...size}))
}
