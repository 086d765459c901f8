import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fromHost, read} from '../../../lib/engine/op.ts'
import {patches} from '../../../lib/engine/ops/patches.ts'
import {Parameter} from '../../../lib/engine/parameter.ts'
import {Value} from '../../../lib/engine/tape.ts'
import {checkGradients, numbers} from './gradients.ts'

test('Patches start at the first pixel of an upright picture, and its last row and column are left out where they fill none', () => {
  const [height, width, size] = [5, 7, 2]
  const picture = Float32Array.from({length: height * width}, (_, i) => i)
  const kernel = [1, 10, 100, 1000]
  const map = patches(
    new Value(fromHost(picture.toReversed(), [1, height, width, 1])),
    new Parameter('kernel', Float32Array.from(kernel), [1, 1, size, size]),
    new Parameter('bias', Float32Array.of(0.5), [1]),
  )
  assert.deepEqual(map.raw.shape, [1, 2, 3, 1])
  const expected = [0, 1].flatMap((row) =>
    [0, 1, 2].map((column) => {
      const at = (y: number, x: number) => picture[(2 * row + y) * width + 2 * column + x]!
      return at(0, 0) + 10 * at(0, 1) + 100 * at(1, 0) + 1000 * at(1, 1) + 0.5
    }),
  )
  assert.deepEqual([...read(map.raw)].reverse(), expected)
})

test('Gradients of a map, its kernel and its bias agree with finite differences, for sides that the kernel divides and others', () => {
  for (const [height, width] of [
    [4, 6],
    [5, 7],
  ] as const) {
    checkGradients({
      inputs: [numbers(1, [2, height, width, 3])],
      parameters: [numbers(2, [5, 3, 2, 2]), numbers(3, [5])],
      apply: ([map], [kernel, bias], tape) => patches(map!, kernel!, bias!, tape),
    })
  }
})
