import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, liveTensors, type Raw, read} from '../../../lib/engine/op.ts'
import {cast} from '../../../lib/engine/ops/elementwise.ts'
import {hardSigmoid, hardSwish} from '../../../lib/engine/ops/hard-swish.ts'
import {silu} from '../../../lib/engine/ops/silu.ts'
import {Tape, Value} from '../../../lib/engine/tape.ts'

interface Activation {
  readonly apply: (x: Value, tape?: Tape) => Value
  readonly value: (x: number) => number
  readonly slope: (x: number) => number
}

const gate = (x: number) => 1 / (1 + Math.exp(-x))
const hardGate = (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6

// Values and slopes as PyTorch documents and computes them (hardswish: 0 at -3 and below, 1 from 3 on).
const activations: Readonly<Record<string, Activation>> = {
  SiLU: {apply: silu, value: (x) => x * gate(x), slope: (x) => gate(x) * (1 + x * (1 - gate(x)))},
  'Hard-swish': {
    apply: hardSwish,
    value: (x) => x * hardGate(x),
    slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
  },
  'Hard-sigmoid': {apply: hardSigmoid, value: hardGate, slope: (x) => (Math.abs(x) < 3 ? 1 / 6 : 0)},
}

const inputs = Float32Array.of(-100, -6, -3, -2.5, -1, -0.25, 0, 0.125, 1, 2, 2.75, 3, 4, 90)

for (const [name, {apply, value, slope}] of Object.entries(activations)) {
  test(`${name} and its gradient are what PyTorch computes, and leave no tensor behind`, () => {
    const start = liveTensors()
    const [found, gradient] = run(apply, FLOAT)
    inputs.forEach((x, i) => {
      assert.ok(Math.abs(found[i]! - value(x)) < 1e-6 * Math.max(1, Math.abs(x)), `${x}: ${found[i]}`)
      assert.ok(Math.abs(gradient[i]! - (i + 1) * slope(x)) < 1e-5 * (i + 1), `${x}: ${gradient[i]}`)
    })
    assert.equal(liveTensors(), start)
  })
}

test('In bfloat16, SiLU and hard-swish and their gradients are rounded once or twice, not more', () => {
  for (const name of ['SiLU', 'Hard-swish'] as const) {
    const {apply, value, slope} = activations[name]!
    const [found, gradient] = run(apply, BFLOAT16)
    inputs.forEach((x, i) => {
      // 8 bits of mantissa: half a unit is 2^-9 of a number; σ(x) or x + 3 is kept that rounded, too
      assert.ok(Math.abs(found[i]! - value(x)) <= 2 ** -8 * Math.abs(value(x)) + 1e-30, `${name} of ${x}: ${found[i]}`)
      assert.ok(Math.abs(gradient[i]! / (i + 1) - slope(x)) < 0.02, `${name} at ${x}: ${gradient[i]! / (i + 1)}`)
    })
  }
})

test('Without a tape SiLU and hard-swish give the same, rounded once', () => {
  for (const [dtype, tolerance] of [
    [FLOAT, 1e-6],
    [BFLOAT16, 2 ** -8],
  ] as const) {
    for (const name of ['SiLU', 'Hard-swish'] as const) {
      const {apply, value} = activations[name]!
      const output = apply(new Value(typed(inputs, dtype)))
      const exact = cast(output.raw, FLOAT)
      const found = read(exact) as Float32Array
      inputs.forEach((x, i) => {
        assert.ok(
          Math.abs(found[i]! - value(x)) <= tolerance * Math.abs(value(x)) + 1e-30,
          `${name} of ${x}: ${found[i]}`,
        )
      })
      free(exact)
      output.release()
    }
  }
})

/** Values, and gradients from an upstream of 1, 2, 3, … */
function run(apply: Activation['apply'], dtype: number): [Float32Array, Float32Array] {
  const x = new Value(typed(inputs, dtype))
  const tape = new Tape()
  const output = apply(x.hold(), tape)
  const upstream = typed(
    inputs.map((_, i) => i + 1),
    dtype,
  )
  tape.backward(output, upstream)
  const results = [output.raw, x.gradient!].map((tensor) => {
    assert.equal(tensor.dtype, dtype)
    const exact = cast(tensor, FLOAT)
    const host = (read(exact) as Float32Array).slice()
    free(exact)
    return host
  })
  free(upstream, x.gradient!)
  x.release()
  output.release()
  return results as [Float32Array, Float32Array]
}

function typed(values: Float32Array, dtype: number): Raw {
  const exact = fromHost(values, [values.length, 1])
  const result = cast(exact, dtype)
  free(exact)
  return result
}
