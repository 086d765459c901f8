import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, liveTensors, type Raw, read} from '../../../lib/engine/op.ts'
import {cast} from '../../../lib/engine/ops/elementwise.ts'
import {gelu} from '../../../lib/engine/ops/gelu.ts'
import {Tape, Value} from '../../../lib/engine/tape.ts'
import {checkGradients, numbers} from './gradients.ts'

// torch.nn.functional.gelu of float64 numbers, and its gradient
const x = [-40, -6, -3, -1, -0.5, 0, 0.5, 1, 3, 6, 40]
const expected = [
  0, -5.919525869e-9, -0.00404969409489, -0.158655253931, -0.154268769363, 0, 0.345731230637, 0.841344746069,
  2.99595030591, 5.99999999408, 40,
]
const slopes = [
  0, -3.546870945e-8, -0.0119456472042, -0.0833154705877, 0.132504875344, 0.5, 0.867495124656, 1.08331547059,
  1.0119456472, 1.00000003547, 1,
]

test('GELU and its gradient are those of PyTorch, far from 0 too', () => {
  for (const [dtype, tolerance] of [
    [FLOAT, 3e-7],
    [BFLOAT16, 2 ** -8],
  ] as const) {
    const tape = new Tape()
    const input = new Value(typed(x, dtype)).hold()
    const output = gelu(input, tape)
    assertClose(output.raw, expected, tolerance)
    const upstream = typed(
      x.map(() => 1),
      dtype,
    )
    tape.backward(output, upstream)
    assertClose(input.gradient!, slopes, tolerance)
    free(upstream, input.gradient!)
    input.release()
    output.release()
  }
})

test('A bfloat16 map of more numbers than are computed at a time gives the same as its numbers alone', () => {
  const start = liveTensors()
  const count = 2 ** 21 + 5
  const few = gelu(new Value(typed(x, BFLOAT16)))
  const many = gelu(
    new Value(
      typed(
        Array.from({length: count}, (_, i) => x[i % x.length]!),
        BFLOAT16,
      ),
    ),
  )
  assert.deepEqual(many.raw.shape, [count])
  const [alone, together] = [cast(few.raw, FLOAT), cast(many.raw, FLOAT)]
  const [wanted, found] = [read(alone), read(together)]
  assert.ok(found.every((value, i) => value === wanted[i % x.length]))
  free(alone, together)
  few.release()
  many.release()
  assert.equal(liveTensors(), start)
})

test("GELU's gradient agrees with finite differences on a map", () => {
  checkGradients({inputs: [numbers(1, [2, 3, 4, 5], 3)], parameters: [], apply: ([map], _, tape) => gelu(map!, tape)})
})

function typed(values: readonly number[], dtype: number): Raw {
  const exact = fromHost(Float32Array.from(values), [values.length])
  const result = cast(exact, dtype)
  free(exact)
  return result
}

/** Relative to numbers above 1. */
function assertClose(actual: Raw, wanted: readonly number[], tolerance: number): void {
  const exact = cast(actual, FLOAT)
  read(exact).forEach((value, i) => {
    const miss = Math.abs(value - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))
    assert.ok(miss <= tolerance, `gelu(${x[i]}) gives ${value}, not ${wanted[i]}`)
  })
  free(exact)
}
