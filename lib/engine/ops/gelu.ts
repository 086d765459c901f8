import {FLOAT, free, type Raw, run, type} from '../op.ts'
import {type Tape, Value} from '../tape.ts'
import {concatenate, slice} from './arrange.ts'
import {add, cast, multiply, reshape, scalar, times} from './elementwise.ts'

/**
 * GELU (Hendrycks and Gimpel 2016), exact as PyTorch's default: x Φ(x) = x (1 + erf(x / √2)) / 2, elementwise. Computed in float32 whatever
 * the type. Consumes its input; only the input is kept for the gradient, for Φ would be as large again.
 */
export function gelu(x: Value, tape?: Tape): Value {
  const output = new Value(inFloat32(x.raw, timesDistribution))
  tape?.record({
    output,
    kept: [x],
    backward: (gradient) => {
      const slope = inFloat32(x.raw, derivative)
      x.addGradient(multiply(gradient, slope))
      free(gradient, slope)
    },
  })
  x.release()
  return output
}

function timesDistribution(x: Raw): Raw {
  const scaled = times(x, Math.SQRT1_2)
  const sum = onePlusErf(scaled)
  const product = multiply(x, sum)
  free(scaled, sum)
  return times(product, 0.5, 'consume')
}

/** Φ(x) + x φ(x), which with t = x / √2 is (1 + erf(t) + 2 t exp(-t²) / √π) / 2. */
function derivative(x: Raw): Raw {
  const scaled = times(x, Math.SQRT1_2)
  const exponents = times(multiply(scaled, scaled), -1, 'consume')
  const bell = run('Exp', [exponents], [type('T', FLOAT)])
  const density = times(multiply(scaled, bell), 2 / Math.sqrt(Math.PI), 'consume')
  const sum = add(onePlusErf(scaled), density, 'consume')
  free(scaled, exponents, bell)
  return times(sum, 0.5, 'consume')
}

function onePlusErf(x: Raw): Raw {
  const erf = run('Erf', [x], [type('T', FLOAT)])
  const one = scalar(1)
  return add(erf, one, 'consume')
}

/**
 * Applies an elementwise function of float32 tensors to one of any type; to bfloat16 some numbers at a time, so that what lies between the
 * operations stays in the processor's cache. That takes 5 % off describing with ConvNeXt-Tiny; in float32 joining the pieces costs more than it
 * gains.
 */
function inFloat32(x: Raw, apply: (x: Raw) => Raw): Raw {
  const count = x.shape.reduce((product, size) => product * size, 1)
  if (x.dtype === FLOAT || count <= groupSize) return exactly(x, apply)
  const flat = reshape(x, [count])
  const results: Raw[] = []
  for (let start = 0; start < count; start += groupSize) {
    const part = slice(flat, [start], [Math.min(groupSize, count - start)])
    results.push(exactly(part, apply))
    free(part)
  }
  const joined = concatenate(results)
  const output = reshape(joined, x.shape)
  free(flat, ...results, joined)
  return output
}

/** Numbers in a group: 4 MiB of float32. */
const groupSize = 2 ** 20

function exactly(x: Raw, apply: (x: Raw) => Raw): Raw {
  const exact = cast(x, FLOAT)
  const result = apply(exact)
  const typed = cast(result, x.dtype)
  free(exact, result)
  return typed
}
