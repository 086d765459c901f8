import {onednn, unlabelledKernel} from '../kernels.ts'
import {bool, FLOAT, float, free, INT32, type Raw, run, type} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {add, cast, columnSums, ints, multiply, reshape, scalar, subtract} from './elementwise.ts'

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
  if (tape === undefined && onednn) return untaped(x, {scale, shift, epsilon})
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

/** Where no gradient will be asked for, oneDNN's kernel: one pass instead of nine. ConvNeXt-Tiny then takes a tenth less time to describe. */
function untaped(x: Value, {scale, shift, epsilon}: LayerNormWeights): Value {
  const {dtype, shape} = x.raw
  const rows = reshape(x.raw, [-1, shape.at(-1)!])
  const [factors, summands] = [cast(scale.raw, dtype), cast(shift.raw, dtype)]
  const attributes = [type('T', dtype), float('epsilon', epsilon), unlabelledKernel]
  const normalised = run('_MklLayerNorm', [rows, factors, summands], attributes)
  const output = new Value(reshape(normalised, shape))
  free(rows, factors, summands, normalised)
  x.release()
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
