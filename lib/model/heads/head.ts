import {relu} from '../../engine/ops/activation.ts'
import {gem} from '../../engine/ops/gem.ts'
import {l2} from '../../engine/ops/l2.ts'
import {linear} from '../../engine/ops/linear.ts'
import {mac, spoc} from '../../engine/ops/pooling.ts'
import {rmac} from '../../engine/ops/rmac.ts'
import type {Tape, Value} from '../../engine/tape.ts'
import type {Layers} from '../backbones/backbone.ts'
import type {EmbeddingSpec, ModelSpec} from '../spec.ts'

/** From the last feature map to the descriptor. */
export interface Head {
  /** [images, height, width, channels] to [images, dim], float32, not normalised; consumes its input. */
  readonly apply: (map: Value, tape?: Tape) => Value
  readonly dim: number
}

/** Pooling over positions, then perhaps linear layers, as the specification says. */
export function buildHead({pool, embedding}: ModelSpec, channels: number, layers: Layers): Head {
  const pooled = openPool(pool, channels, layers)
  if (embedding === null) return {apply: pooled, dim: channels}
  const embed = openEmbedding(embedding, channels, layers)
  return {apply: (map, tape) => embed(pooled(map, tape), tape), dim: embedding.size}
}

function openPool(pool: ModelSpec['pool'], channels: number, layers: Layers): Head['apply'] {
  switch (pool) {
    case 'spoc':
      return spoc
    case 'mac':
      return mac
    case 'rmac':
      return rmac
    case 'gem':
    case 'gem-channels': {
      const p = layers.weight({name: 'pool.p', shape: [pool === 'gem' ? 1 : channels], role: 'exponent'})
      return (map, tape) => gem(map, p, tape)
    }
  }
}

/**
 * Linear layers with a ReLU between them (relu: between), or, as the Reality Check's MLP has them, a ReLU before every layer but the last: a
 * one-layer "MLP" is linear in both, and there no non-linearity lies before the last layer.
 */
function openEmbedding({size, hidden, relu: where, normalise}: EmbeddingSpec, channels: number, layers: Layers) {
  const widths = [channels, ...hidden, size]
  const steps = widths.slice(1).map((output, i) => {
    const input = widths[i]!
    const name = hidden.length === 0 ? 'embedding' : `embedding.${i}`
    const weight = layers.weight({name: `${name}.weight`, shape: [output, input], role: 'linear', fanIn: input})
    const bias = layers.weight({name: `${name}.bias`, shape: [output], role: 'linear', fanIn: input})
    const isLast = i === hidden.length
    const hasRelu = where === 'between' ? i > 0 : !isLast
    return (x: Value, tape?: Tape) => linear(hasRelu ? relu(x, tape) : x, weight, bias, tape)
  })
  return (pooled: Value, tape?: Tape) => {
    const start = normalise === 'none' ? pooled : l2(pooled, normalise, tape)
    return steps.reduce((x, step) => step(x, tape), start)
  }
}
