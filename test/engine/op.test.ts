import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  BFLOAT16,
  bool,
  borrow,
  FLOAT,
  free,
  fromHost,
  liveTensors,
  read,
  run,
  toTfjs,
  type,
} from '../../lib/engine/op.ts'
import {tf} from '../../lib/engine/tensorflow.ts'

test('A raw operation computes, and freeing its handles leaves none behind', () => {
  const before = liveTensors()
  const a = fromHost(Float32Array.of(1, 2, 3, 4), [2, 2])
  const b = fromHost(Float32Array.of(5, 6, 7, 8), [2, 2])
  const product = run('MatMul', [a, b], [type('T', FLOAT), bool('transpose_a', false), bool('transpose_b', true)])
  assert.deepEqual(product.shape, [2, 2])
  assert.deepEqual([...read(product)], [1 * 5 + 2 * 6, 1 * 7 + 2 * 8, 3 * 5 + 4 * 6, 3 * 7 + 4 * 8])
  assert.equal(liveTensors(), before + 3)
  free(a, b, product)
  assert.equal(liveTensors(), before)
})

test('A handle becomes a tfjs tensor, which then owns it, and a tfjs tensor lends its handle', () => {
  const before = liveTensors()
  const tensor = toTfjs<tf.Tensor1D>(fromHost(Float32Array.of(1, 2), [2]))
  const doubled = tf.add(tensor, tensor)
  assert.deepEqual([...read(borrow(doubled))], [2, 4])
  tf.dispose([tensor, doubled])
  assert.equal(liveTensors(), before)
})

test('bfloat16 handles work, though tfjs knows no such type', () => {
  const exact = fromHost(Float32Array.of(1, 1 / 3), [2])
  const half = run('Cast', [exact], [type('SrcT', FLOAT), type('DstT', BFLOAT16)])
  const back = run('Cast', [half], [type('SrcT', BFLOAT16), type('DstT', FLOAT)])
  // 8 bits of mantissa: 1/3 becomes 171 / 512
  assert.deepEqual([...read(back)], [1, 171 / 512])
  free(exact, half, back)
})

test('An array of shared memory reaches TensorFlow without a copy in between', () => {
  const pixels = new Uint8Array(new SharedArrayBuffer(6)).fill(200)
  const raw = fromHost(pixels, [2, 3])
  const cast = run('Cast', [raw], [type('SrcT', raw.dtype), type('DstT', FLOAT)])
  assert.deepEqual([...read(cast)], [200, 200, 200, 200, 200, 200])
  free(raw, cast)
})
