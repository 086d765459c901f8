import assert from 'node:assert/strict'
import {test} from 'node:test'
import {BFLOAT16, FLOAT, free, fromHost, int, type Raw, read, run, text, type} from '../../lib/engine/op.ts'
import {spread, subsample} from '../../lib/engine/ops/arrange.ts'
import {convolve, inputGradient, kernelGradient} from '../../lib/engine/ops/convolution.ts'
import {cast, columnSums, ints, multiply} from '../../lib/engine/ops/elementwise.ts'
import {hashed} from '../model/tiny-network.ts'

for (const [stride, size] of [
  [1, 7],
  [2, 14],
  [2, 13],
] as const) {
  test(`The kernel gradient of small maps by matrix products is TensorFlow's own (stride ${stride}, ${size} pixels)`, () => {
    const shape = [3, 3, 256, 512]
    const x = random([2, size, size, 256], 1)
    const gradient = random([2, 7, 7, 512], 2)
    const wanted = ints(shape)
    const attributes = [int('strides', [1, stride, stride, 1]), text('padding', 'SAME')]
    const expected = run('Conv2DBackpropFilter', [x, wanted, gradient], [type('T', FLOAT), ...attributes])
    const actual = kernelGradient(x, gradient, stride, shape)
    assert.deepEqual(actual.shape, shape)
    // sums of 98 products of numbers below 1, in another order
    assertClose(read(actual), read(expected), 2e-5)
    free(x, gradient, wanted, expected, actual)
  })
}

test('In a turned image, a 1x1 convolution with stride 2 reads the pixels that PyTorch reads from the first one on', () => {
  for (const [rows, columns] of [
    [6, 8],
    [5, 7],
    [6, 5],
  ] as const) {
    const values = Float32Array.from({length: rows * columns}, (_, i) => i)
    const turned = fromHost(values.toReversed(), [1, rows, columns, 1])
    const kept = subsample(turned, 2)
    const expected = values.filter((_, i) => Math.floor(i / columns) % 2 === 0 && (i % columns) % 2 === 0)
    assert.deepEqual([...read(kept)].reverse(), [...expected])
    const back = spread(kept, 2, turned.shape)
    assert.deepEqual(back.shape, turned.shape)
    const marked = values.map((value, i) => (Math.floor(i / columns) % 2 === 0 && (i % columns) % 2 === 0 ? value : 0))
    assert.deepEqual([...read(back)].reverse(), [...marked])
    free(turned, kept, back)
  }
})

test('Gradients of a strided 1x1 convolution are the adjoint of the convolution', () => {
  const x = random([2, 7, 6, 3], 1)
  const kernel = random([1, 1, 3, 5], 2)
  const output = convolve(x, kernel, 2)
  const gradient = random(output.shape, 3)
  const ofInput = inputGradient(gradient, kernel, 2, x.shape)
  const ofKernel = kernelGradient(x, gradient, 2, kernel.shape)
  // the convolution is linear in each: <f(x), g> = <x, f'(g)>
  const expected = inner(output, gradient)
  assert.ok(Math.abs(inner(x, ofInput) - expected) < 1e-4)
  assert.ok(Math.abs(inner(kernel, ofKernel) - expected) < 1e-4)
  free(x, kernel, output, gradient, ofInput, ofKernel)
})

test('Column sums of bfloat16 are as exact as their terms', () => {
  const exact = random([200, 40, 8], 1)
  const rough = cast(exact, BFLOAT16)
  const widened = cast(rough, FLOAT)
  const values = read(widened)
  const summed = columnSums(rough)
  const sums = read(summed)
  for (let column = 0; column < 8; column++) {
    let expected = 0
    for (let i = column; i < values.length; i += 8) expected += values[i]!
    // one rounding to 8 bits at the end; TensorFlow's BiasAddGrad is wrong by a factor here
    assert.ok(Math.abs(sums[column]! / expected - 1) < 2 ** -8, `${sums[column]}, not ${expected}`)
  }
  free(exact, rough, widened, summed)
})

function random(shape: readonly number[], stream: number): Raw {
  const count = shape.reduce((product, size) => product * size, 1)
  return fromHost(Float32Array.from(hashed(stream, count)), shape)
}

function inner(a: Raw, b: Raw): number {
  const product = multiply(a, b)
  let sum = 0
  for (const value of read(product)) sum += value
  free(product)
  return sum
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length)
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance))
      assert.fail(`number ${i} is ${actual[i]}, not ${expected[i]}`)
  }
}
