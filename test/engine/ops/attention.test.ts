import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, liveTensors, read} from '../../../lib/engine/op.ts'
import {attention} from '../../../lib/engine/ops/attention.ts'
import {cast} from '../../../lib/engine/ops/elementwise.ts'
import {Value} from '../../../lib/engine/tape.ts'
import {checkGradients, type Numbers, numbers} from './gradients.ts'

for (const [dtype, tolerance] of [
  [FLOAT, 2e-6],
  [BFLOAT16, 0.02],
] as const) {
  test(`Attention mixes values as its definition reads (type ${dtype})`, () => {
    const [heads, x] = [2, numbers(1, [3, 5, 24], 2)]
    const before = liveTensors()
    const host = fromHost(x.data, x.shape)
    const output = attention(new Value(cast(host, dtype)), heads)
    const exact = cast(output.raw, FLOAT)
    assert.deepEqual(exact.shape, [3, 5, 8])
    const expected = mixed(x, heads)
    read(exact).forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]!) < tolerance, `number ${i} is ${value}, not ${expected[i]}`)
    })
    free(host, exact)
    output.release()
    assert.equal(liveTensors(), before)
  })
}

test('Gradients of queries, keys and values agree with finite differences', () => {
  checkGradients({inputs: [numbers(1, [2, 4, 18])], parameters: [], apply: ([x], _, tape) => attention(x!, 3, tape)})
})

test('Images that go through in several groups are described as alone', () => {
  // scores of an image: 2 * 800 * 800 numbers, so one image a group
  const x = numbers(1, [3, 800, 12])
  const [all, third] = [x, {shape: [1, 800, 12], data: x.data.slice(2 * 800 * 12)}].map(({shape, data}) => {
    const output = attention(new Value(cast(fromHost(data, shape), FLOAT)), 2)
    const values = Float32Array.from(read(output.raw))
    output.release()
    return values
  })
  assert.deepEqual(all!.slice(2 * 800 * 4), third)
})

/** softmax(q kᵀ / √d) v, a number at a time. */
function mixed({shape, data}: Numbers, heads: number): Float64Array {
  const [images, tokens, width] = shape as [number, number, number]
  const d = width / 3 / heads
  const at = (image: number, token: number, which: number, head: number, i: number) =>
    data[(image * tokens + token) * width + (which * heads + head) * d + i]!
  return Float64Array.from({length: images * tokens * heads * d}, (_, place) => {
    const [i, head] = [place % d, Math.floor(place / d) % heads]
    const [token, image] = [Math.floor(place / (d * heads)) % tokens, Math.floor(place / (d * heads * tokens))]
    const weights = Array.from({length: tokens}, (_, other) => {
      let score = 0
      for (let j = 0; j < d; j++) score += at(image, token, 0, head, j) * at(image, other, 1, head, j)
      return Math.exp(score / Math.sqrt(d))
    })
    const total = weights.reduce((a, b) => a + b)
    return weights.reduce((sum, weight, other) => sum + (weight / total) * at(image, other, 2, head, i), 0)
  })
}
