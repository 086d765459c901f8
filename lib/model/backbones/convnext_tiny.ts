import {depthwise} from '../layers/depthwise.ts'
import {gelu} from '../layers/gelu.ts'
import type {Layers} from '../layers/layer.ts'
import {layerNorm} from '../layers/layer-norm.ts'
import {layerScale} from '../layers/layer-scale.ts'
import {linear} from '../layers/linear.ts'
import {patches} from '../layers/patches.ts'
import {openStochasticDepth} from '../layers/stochastic-depth.ts'
import {sum} from '../layers/sum.ts'
import type {BackboneModule} from './backbone.ts'

/** The linear layer behind the last norm. */
export const unused = /^classifier\.2\./

/**
 * ConvNeXt-Tiny (Liu et al. 2022) as torchvision has it: `features`, whose stages have 3, 3, 9 and 3 blocks. The last norm
 * (`classifier.0`) comes behind the pooling, as there. Width scales its channels.
 */
export const build: BackboneModule['build'] = ({width: first, stochastic_depth = 0}, layers) => {
  const widths = [96, 192, 384, 768].map((width) => (width * first) / 64)
  const parts = [openPatches(layers, 'features.0.0', {input: 3, output: widths[0]!, size: 4})]
  parts.push(openNorm(layers, 'features.0.1', widths[0]!))
  const last = depths.reduce((sum, depth) => sum + depth) - 1
  let before = 0
  for (const [stage, width] of widths.entries()) {
    if (stage > 0) {
      const input = widths[stage - 1]!
      parts.push(openNorm(layers, `features.${2 * stage}.0`, input))
      parts.push(openPatches(layers, `features.${2 * stage}.1`, {input, output: width, size: 2}))
    }
    for (let i = 0; i < depths[stage]!; i++) {
      parts.push(openBlock(layers, `features.${2 * stage + 1}.${i}`, width, (stochastic_depth * before) / last))
      before++
    }
  }
  const channels = widths.at(-1)!
  const pooled = layers.open(layerNorm({name: 'classifier.0', channels, epsilon, of: 'rows'}))
  return {channels, trunk: (images) => parts.reduce((x, part) => part(x), images), behindPool: pooled}
}

const depths = [3, 3, 9, 3]
const epsilon = 1e-6
/** torchvision truncates the normal distribution at 100 deviations. */
const start = {weight: {normal: 0.02}, bias: {constant: 0}}

/** Depthwise 7x7, norm, two linear layers with GELU between over the channels, layer scale, and the input added. */
function openBlock<T>(layers: Layers<T>, name: string, width: number, leftOut: number): (x: T) => T {
  const scale = layers.open(layerScale({name: `${name}.layer_scale`, shape: [width, 1, 1], start: 1e-6}, 'map'))
  const steps = [
    layers.open(depthwise({name: `${name}.block.0`, channels: width, size: 7, start})),
    openNorm(layers, `${name}.block.2`, width),
    layers.open(linear({name: `${name}.block.3`, input: width, output: 4 * width, of: 'map', start})),
    layers.open(gelu()),
    layers.open(linear({name: `${name}.block.5`, input: 4 * width, output: width, of: 'map', start})),
    scale,
    openStochasticDepth(layers, name, leftOut),
  ]
  const add = layers.open(sum())
  return (x) => {
    const residual = layers.again(x)
    return add(
      steps.reduce((value, step) => step(value), x),
      residual,
    )
  }
}

function openPatches<T>(
  layers: Layers<T>,
  name: string,
  size: {readonly input: number; readonly output: number; readonly size: number},
): (x: T) => T {
  return layers.open(patches({name, ...size, whole: false, start}))
}

function openNorm<T>(layers: Layers<T>, name: string, channels: number): (x: T) => T {
  return layers.open(layerNorm({name, channels, epsilon, of: 'map'}))
}
