import {bool, FLOAT, free, INT32, type Raw, run, type} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {add, cast, columnSums, ints, multiply, scalar, subtract} from './elementwise.ts'

export interface LayerNormWeights {
  /** γ, [channels] */
  readonly scale: Parameter
  /** β, [channels] */
  readonly shift: Parameter
  /** Added to the variance. */
  readonly epsilon: number
}

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016) over the last axis: γ (x - mean) / √(variance + ε) + β with the biased variance, as
 * PyTorch's. Statistics are float32 whatever the type of x [images, …, channels]. Consumes its input.
 */
export function layerNorm(x: Value, {scale, shift, epsilon}: LayerNormWeights, tape?: Tape): Value {
  const dtype = x.raw.dtype
  const exact = cast(x.raw, FLOAT)
  const mean = new Value(channelMeans(exact))
  const centred = subtract(exact, mean.raw)
  const inverse = new Value(inverseDeviation(centred, epsilon))
  const normalised = multiply(centred, inverse.raw)
  const scaled = multiply(normalised, scale.raw)
  const shifted = add(scaled, shift.raw)
  const output = new Value(cast(shifted, dtype))
  free(exact, centred, normalised, scaled, shifted)
  tape?.record({
    output,
    kept: [x, mean, inverse],
    backward: (gradient) => {
      const upstream = cast(gradient, FLOAT)
      const values = normalise(x.raw, mean.raw, inverse.raw)
      const products = multiply(upstream, values)
      scale.addGradient(columnSums(products))
      shift.addGradient(columnSums(upstream))
      const inner = inputGradient(upstream, values, inverse.raw, scale.raw)
      x.addGradient(cast(inner, dtype))
      free(gradient, upstream, values, products, inner)
    },
  })
  for (const value of [x, mean, inverse]) value.release()
  return output
}

/** With g' = γ g and y the normalised values: (g' - mean(g') - y mean(g' y)) / deviation. */
function inputGradient(gradient: Raw, normalised: Raw, inverse: Raw, scale: Raw): Raw {
  const scaled = multiply(gradient, scale)
  const level = channelMeans(scaled)
  const products = multiply(scaled, normalised)
  const along = channelMeans(products)
  const radial = multiply(normalised, along)
  const centred = subtract(scaled, level)
  const rest = subtract(centred, radial)
  const result = multiply(rest, inverse)
  free(scaled, level, products, along, radial, centred, rest)
  return result
}

/** Made again for the gradient, for keeping it would take as much as the input. */
function normalise(x: Raw, mean: Raw, inverse: Raw): Raw {
  const exact = cast(x, FLOAT)
  const centred = subtract(exact, mean)
  const normalised = multiply(centred, inverse)
  free(exact, centred)
  return normalised
}

function inverseDeviation(centred: Raw, epsilon: number): Raw {
  const squares = multiply(centred, centred)
  const variance = channelMeans(squares)
  const floor = scalar(epsilon)
  const raised = add(variance, floor)
  const inverse = run('Rsqrt', [raised], [type('T', FLOAT)])
  free(squares, variance, floor, raised)
  return inverse
}

/** Means over the last axis, which keeps length 1. */
function channelMeans(x: Raw): Raw {
  const axis = ints([x.shape.length - 1])
  const means = run('Mean', [x, axis], [type('T', FLOAT), type('Tidx', INT32), bool('keep_dims', true)])
  free(axis)
  return means
}
