import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, liveTensors, read} from '../../../lib/engine/op.ts'
import {cast} from '../../../lib/engine/ops/elementwise.ts'
import {linear} from '../../../lib/engine/ops/linear.ts'
import {Parameter} from '../../../lib/engine/parameter.ts'
import {Value} from '../../../lib/engine/tape.ts'
import {checkGradients, numbers} from './gradients.ts'

for (const shape of [
  [3, 4],
  [2, 3, 4],
  [2, 2, 3, 4],
]) {
  test(`Gradients of a linear layer of ${shape.length} axes agree with finite differences`, () => {
    checkGradients({
      inputs: [numbers(1, shape)],
      parameters: [numbers(2, [5, 4]), numbers(3, [5])],
      apply: ([x], [weight, bias], tape) => linear(x!, weight!, bias!, tape),
    })
  })
}

test('A linear layer of bfloat16 numbers gives the rounded sums of products, and leaves no tensor behind', () => {
  const start = liveTensors()
  // all exact in bfloat16, and so are products and sums but the last
  const weight = new Parameter('weight', Float32Array.of(1, 2, -3, 0.5, 4, 0), [2, 3])
  const bias = new Parameter('bias', Float32Array.of(0.25, 255), [2])
  const host = fromHost(Float32Array.of(1, 0, 2, 3, 0.5, -1), [1, 2, 1, 3])
  const output = linear(new Value(cast(host, BFLOAT16)), weight, bias)
  const exact = cast(output.raw, FLOAT)
  assert.deepEqual(output.raw.shape, [1, 2, 1, 2])
  // 1 - 6 + 0.25, 0.5 + 255 rounded, 3 + 1 + 3 + 0.25, 1.5 + 2 + 255 rounded
  assert.deepEqual([...read(exact)], [-4.75, 256, 7.25, 258])
  free(host, exact)
  output.release()
  weight.dispose()
  bias.dispose()
  assert.equal(liveTensors(), start)
})
