import type {Resampling} from '../../engine/ops/position-grid.ts'
import {attention} from '../layers/attention.ts'
import {classToken} from '../layers/class-token.ts'
import {embedTokens} from '../layers/embed-tokens.ts'
import {gelu} from '../layers/gelu.ts'
import type {Layers} from '../layers/layer.ts'
import {layerNorm} from '../layers/layer-norm.ts'
import {layerScale as layerScaleLayer} from '../layers/layer-scale.ts'
import {linear} from '../layers/linear.ts'
import {patchMap} from '../layers/patch-map.ts'
import {patches} from '../layers/patches.ts'
import {openStochasticDepth} from '../layers/stochastic-depth.ts'
import {sum} from '../layers/sum.ts'
import type {ModelSpec} from '../spec.ts'
import type {Backbone} from './backbone.ts'

/** What tells one vision transformer from another. */
export interface VitShape {
  /** Channels of a token. */
  readonly channels: 384 | 768
  /** Side of a patch in pixels. */
  readonly patch: number
  /** Side of the pictures it was trained on. */
  readonly side: number
  /** Further tokens that only attention reads (Darcet et al. 2024). */
  readonly registers: number
  /** Whether the branches of a block have layer scale. */
  readonly layerScale: boolean
  readonly resampling: Resampling
  /** Standard deviation of the class token when training starts. */
  readonly deviation: number
}

/** Classifiers, DINO's head, what only masked training needs. */
export const unused = /^(head|fc_norm|pre_logits|mask_token$)/

const depth = 12
const epsilon = 1e-6

/**
 * A vision transformer (Dosovitskiy et al. 2021) with 12 blocks and 64 channels a head, without its classifier, its tensors named as in timm
 * and in DINO. With pool: cls the last map is the class token alone, else it is the patches; both behind the last norm. Width scales its channels.
 */
export function buildVit<T>(spec: ModelSpec, layers: Layers<T>, shape: VitShape): Backbone<T> {
  const {pool, width, stochastic_depth = 0} = spec
  const channels = (shape.channels * width) / 64
  const {patch, side, registers, resampling, deviation} = shape
  const embed = layers.open(embedTokens({channels, patch, side: side / patch, registers, resampling, deviation}))
  const project = layers.open(
    patches({
      name: 'patch_embed.proj',
      input: 3,
      output: channels,
      size: patch,
      whole: true,
      start: startOfPatches(patch),
    }),
  )
  const size = {channels, heads: shape.channels / 64, layerScale: shape.layerScale}
  const blocks = Array.from({length: depth}, (_, i) =>
    openBlock(`blocks.${i}`, {...size, leftOut: (stochastic_depth * i) / (depth - 1)}, layers),
  )
  const end = pool === 'cls' ? layers.open(classToken(channels)) : layers.open(patchMap(1 + registers))
  const normalise = layers.open(layerNorm({name: 'norm', channels, epsilon, of: 'map'}))
  return {
    channels,
    trunk: (images) => {
      const map = project(images)
      const through = (patches: T) => blocks.reduce((x, block) => block(x), embed(patches))
      return normalise(pool === 'cls' ? end(through(map)) : end(through(layers.again(map)), map))
    },
  }
}

/** PyTorch's, which the packages leave as it is: uniform within 1 / √inputs. */
function startOfPatches(patch: number) {
  const limit = {uniform: 1 / Math.sqrt(3 * patch * patch)}
  return {weight: limit, bias: limit}
}

interface BlockShape {
  readonly channels: number
  readonly heads: number
  readonly layerScale: boolean
  /** Share of images for which training leaves out a branch. */
  readonly leftOut: number
}

/** Attention, then two linear layers, each behind a norm and beside a shortcut. */
function openBlock<T>(
  name: string,
  {channels, heads, layerScale, leftOut}: BlockShape,
  layers: Layers<T>,
): (x: T) => T {
  const norm = (part: string) => layers.open(layerNorm({name: `${name}.${part}`, channels, epsilon, of: 'tokens'}))
  const dense = (part: string, input: number, output: number) =>
    layers.open(linear({name: `${name}.${part}`, input, output, of: 'tokens', start: startOfLinear}))
  const attend = [
    norm('norm1'),
    dense('attn.qkv', channels, 3 * channels),
    layers.open(attention({heads, channels})),
    dense('attn.proj', channels, channels),
    ...(layerScale ? [openScale(`${name}.ls1.gamma`, channels, layers)] : []),
    openStochasticDepth(layers, `${name}.attn`, leftOut),
  ]
  const think = [
    norm('norm2'),
    dense('mlp.fc1', channels, 4 * channels),
    layers.open(gelu()),
    dense('mlp.fc2', 4 * channels, channels),
    ...(layerScale ? [openScale(`${name}.ls2.gamma`, channels, layers)] : []),
    openStochasticDepth(layers, `${name}.mlp`, leftOut),
  ]
  const add = layers.open(sum())
  const beside = (steps: readonly ((x: T) => T)[]) => (x: T) => {
    const shortcut = layers.again(x)
    return add(
      shortcut,
      steps.reduce((y, step) => step(y), x),
    )
  }
  const [first, second] = [beside(attend), beside(think)]
  return (x) => second(first(x))
}

/** timm's init_weights_vit_timm; its truncation at 2 is 100 deviations away. */
const startOfLinear = {weight: {normal: 0.02}, bias: {constant: 0}}

/** timm's and DINOv2's training start at 1e-5. */
function openScale<T>(name: string, channels: number, layers: Layers<T>) {
  return layers.open(layerScaleLayer({name, shape: [channels], start: 1e-5}, 'tokens'))
}
