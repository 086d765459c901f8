import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, read} from '../../../lib/engine/op.ts'
import {cast} from '../../../lib/engine/ops/elementwise.ts'
import {layerNorm} from '../../../lib/engine/ops/layer-norm.ts'
import {Parameter} from '../../../lib/engine/parameter.ts'
import {Tape, Value} from '../../../lib/engine/tape.ts'
import {checkGradients, numbers} from './gradients.ts'

const [scale, shift] = [Float32Array.of(1, 2, -1, 0.5), Float32Array.of(0, 1, 0, -1)]
const rows = [
  [1, 2, 3, 4],
  // far from 0, where the square of the mean would swallow the variance
  [1001, 1002, 1003, 1004],
  // all equal: epsilon alone is left
  [5, 5, 5, 5],
]

test('Every position is normalised over its channels, scaled and shifted', () => {
  for (const [epsilon, taped] of [1e-6, 1e-5, 0.25].flatMap((e) => [[e, false] as const, [e, true] as const])) {
    const output = normalise(rows.flat(), epsilon, FLOAT, taped)
    rows.forEach((row, r) => {
      const mean = (row[0]! + row[1]! + row[2]! + row[3]!) / 4
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2 / 4, 0)
      row.forEach((value, c) => {
        const expected = ((value - mean) / Math.sqrt(variance + epsilon)) * scale[c]! + shift[c]!
        assert.ok(Math.abs(output[4 * r + c]! - expected) < 1e-6, `row ${r}: ${output[4 * r + c]}, not ${expected}`)
      })
    })
  }
})

test('Statistics of bfloat16 numbers are as exact as the numbers', () => {
  // whole numbers below 256 are exact in bfloat16, their squares and sums are not
  const values = [201, 203, 204, 208]
  for (const taped of [false, true]) {
    const [exact, rough] = [FLOAT, BFLOAT16].map((dtype) => normalise(values, 1e-6, dtype, taped))
    exact!.forEach((value, i) => {
      assert.ok(Math.abs(rough![i]! - value) <= 2 ** -8 * Math.abs(value))
    })
  }
})

test('Gradients of input, scale and shift agree with finite differences on maps and on tokens', () => {
  for (const shape of [
    [2, 3, 2, 5],
    [2, 4, 5],
  ]) {
    checkGradients({
      inputs: [numbers(1, shape, 2)],
      parameters: [numbers(2, [5]), numbers(3, [5])],
      apply: ([x], [scale, shift], tape) => layerNorm(x!, {scale: scale!, shift: shift!, epsilon: 1e-3}, tape),
    })
  }
})

/** With a tape, as for training, or without, which has a kernel of its own. */
function normalise(values: readonly number[], epsilon: number, dtype: number, taped: boolean): Float32Array {
  const weights = {scale: new Parameter('scale', scale, [4]), shift: new Parameter('shift', shift, [4]), epsilon}
  const host = fromHost(Float32Array.from(values), [1, values.length / 4, 4])
  const tape = new Tape()
  const output = layerNorm(new Value(cast(host, dtype)), weights, taped ? tape : undefined)
  const exact = cast(output.raw, FLOAT)
  const result = read(exact) as Float32Array
  free(host, exact)
  tape.dispose()
  output.release()
  weights.scale.dispose()
  weights.shift.dispose()
  return result
}
