import type {Backbone} from '../backbones/backbone.ts'
import {dropOut} from '../layers/drop-out.ts'
import {gem} from '../layers/gem.ts'
import {l2} from '../layers/l2.ts'
import type {Layers} from '../layers/layer.ts'
import {linear} from '../layers/linear.ts'
import {pool as poolLayer} from '../layers/pool.ts'
import {relu} from '../layers/relu.ts'
import type {EmbeddingSpec, ModelSpec} from '../spec.ts'

/** From the last feature map to the descriptor. */
export interface Head<T> {
  /** [images, height, width, channels] to [images, dim], float32, not normalised; consumes its input. */
  readonly apply: (map: T) => T
  readonly dim: number
}

/** Pooling over positions, then perhaps what the backbone has there, drop-out and linear layers, as the specification says. */
export function buildHead<T>(
  {pool, embedding, dropout = 0}: ModelSpec,
  {channels, behindPool = (pooled) => pooled}: Omit<Backbone<T>, 'trunk'>,
  layers: Layers<T>,
): Head<T> {
  const overPositions = openPool(pool, channels, layers)
  const pooled = (map: T) => behindPool(overPositions(map))
  if (embedding === null) return {apply: pooled, dim: channels}
  const embed = openEmbedding(embedding, channels, layers)
  const leaveOut = dropout > 0 ? layers.open(dropOut(dropout)) : (x: T) => x
  return {apply: (map) => embed(leaveOut(pooled(map))), dim: embedding.size}
}

function openPool<T>(pool: ModelSpec['pool'], channels: number, layers: Layers<T>) {
  if (pool === 'gem') return layers.open(gem(1))
  if (pool === 'gem-channels') return layers.open(gem(channels))
  // The map is the class token alone: its mean is itself.
  return layers.open(poolLayer(pool === 'cls' ? 'spoc' : pool))
}

/**
 * Linear layers with a ReLU between them (relu: between), or, as the Reality Check's MLP has them, a ReLU before every layer but the last: a
 * one-layer "MLP" is linear in both, and there no non-linearity lies before the last layer.
 */
function openEmbedding<T>(
  {size, hidden, relu: where, normalise}: EmbeddingSpec,
  channels: number,
  layers: Layers<T>,
): (pooled: T) => T {
  const widths = [channels, ...hidden, size]
  const steps = normalise === 'none' ? [] : [layers.open(l2(normalise))]
  widths.slice(1).forEach((output, i) => {
    if (where === 'between' ? i > 0 : i < hidden.length) steps.push(layers.open(relu()))
    const name = hidden.length === 0 ? 'embedding' : `embedding.${i}`
    steps.push(layers.open(linear({name, input: widths[i]!, output})))
  })
  return (pooled) => steps.reduce((x, step) => step(x), pooled)
}
