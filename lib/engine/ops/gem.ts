import {FLOAT, free, type Raw, run, type} from '../op.ts'
import type {Parameter} from '../parameter.ts'
import {type Tape, Value} from '../tape.ts'
import {cast, columnSums, divide, maximum, multiply, power, reshape, scalar, subtract, times} from './elementwise.ts'
import {overPositions} from './pooling.ts'

/** Smaller entries of the map count as this, and get no gradient. */
const EPSILON = 1e-6

/**
 * GeM (Radenovic, Tolias and Chum 2019, equation 3): (mean over positions of max(x, 1e-6)^p)^(1/p), with one trained p [1] or one a channel
 * [channels]; p = 1 is SPoC, p to infinity MAC. From [images, height, width, channels] to [images, channels], float32. Consumes its input.
 */
export function gem(map: Value, exponent: Parameter, tape?: Tape): Value {
  const clamped = new Value(clampBelow(map.raw))
  const powers = power(clamped.raw, exponent.raw)
  const mean = new Value(overPositions('Mean', powers))
  const inverse = unary('Reciprocal', exponent.raw)
  const output = new Value(power(mean.raw, inverse))
  free(powers, inverse)
  tape?.record({
    output,
    kept: [map, clamped, mean, output],
    backward: (gradient) => {
      map.addGradient(
        mapGradient(gradient, {map: map.raw, clamped: clamped.raw, mean: mean.raw, output: output.raw}, exponent.raw),
      )
      exponent.addGradient(exponentGradient(gradient, clamped.raw, exponent))
      free(gradient)
    },
  })
  for (const value of [map, clamped, mean]) value.release()
  return output
}

/** dy / dx = y / mean(x^p) * x^(p - 1) / positions, 0 where x is below the floor. */
function mapGradient(
  gradient: Raw,
  {map, clamped, mean, output}: Readonly<Record<'map' | 'clamped' | 'mean' | 'output', Raw>>,
  exponent: Raw,
): Raw {
  const [images, height, width, channels] = map.shape as [number, number, number, number]
  const ratio = divide(output, mean)
  const scaled = multiply(gradient, ratio)
  const each = times(scaled, 1 / (height * width))
  const spread = reshape(each, [images, 1, 1, channels])
  const one = scalar(1)
  const lower = subtract(exponent, one)
  const slopes = power(clamped, lower)
  const products = multiply(slopes, spread)
  const floor = scalar(EPSILON)
  const exact = cast(map, FLOAT)
  const above = run('GreaterEqual', [exact, floor], [type('T', FLOAT)])
  const mask = cast(above, FLOAT)
  const masked = multiply(products, mask)
  const result = cast(masked, map.dtype)
  free(ratio, scaled, each, spread, one, lower, slopes, products, floor, exact, above, mask, masked)
  return result
}

/**
 * dy / dp = y (mean(x^p log x) / (p mean(x^p)) - log(mean(x^p)) / p^2), summed over images, and over channels for one p.
 * In float64: the two parts are nearly equal, and so are the many contributions to one exponent.
 */
function exponentGradient(gradient: Raw, clamped: Raw, {raw, shape}: Parameter): Raw {
  const [x, exponent, upstream] = [cast(clamped, DOUBLE), cast(raw, DOUBLE), cast(gradient, DOUBLE)]
  const powers = power(x, exponent)
  const mean = overPositions('Mean', powers)
  const logs = unary('Log', x)
  const weighted = multiply(powers, logs)
  const moment = overPositions('Mean', weighted)
  const relative = divide(moment, mean)
  const logMean = unary('Log', mean)
  const second = divide(logMean, exponent)
  const difference = subtract(relative, second)
  const perExponent = divide(difference, exponent)
  const inverse = unary('Reciprocal', exponent)
  const pooled = power(mean, inverse)
  const slope = multiply(pooled, perExponent)
  const products = multiply(upstream, slope)
  const [images, channels] = gradient.shape as [number, number]
  const flat = shape[0] === 1 ? reshape(products, [images * channels, 1]) : cast(products, DOUBLE)
  const sums = columnSums(flat)
  const result = cast(sums, FLOAT)
  free(x, exponent, upstream, powers, mean, logs, weighted, moment, relative, logMean, second, difference, perExponent)
  free(inverse, pooled, slope, products, flat, sums)
  return result
}

/** TensorFlow's number of float64, which tfjs does not know. */
const DOUBLE = 2

/** As float32. */
function clampBelow(x: Raw): Raw {
  const exact = cast(x, FLOAT)
  const floor = scalar(EPSILON)
  const clamped = maximum(exact, floor)
  free(exact, floor)
  return clamped
}

function unary(operation: string, x: Raw): Raw {
  return run(operation, [x], [type('T', x.dtype)])
}
