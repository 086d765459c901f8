import assert from 'node:assert/strict'
import {test} from 'node:test'
import {gramMatrix} from '../../lib/engine/gram.ts'
import {meanGaussian} from '../../lib/engine/mean-kernel.ts'
import {liveTensors} from '../../lib/engine/op.ts'
import {openRandom} from '../../lib/random.ts'

const dim = 5
const random = openRandom('gram')
const vectors = Float32Array.from({length: 5000 * dim}, () => random.normal() / 3)

test("the Gram matrix is X'X over several blocks, of centred rows too", () => {
  const before = liveTensors()
  for (const centre of [undefined, Float32Array.of(0.1, 0.2, -0.3, 0, 1)]) {
    const gram = gramMatrix(vectors, dim, centre)
    for (let a = 0; a < dim; a++) {
      for (let b = 0; b < dim; b++) {
        let sum = 0
        for (let row = 0; row < 5000; row++)
          sum += (vectors[row * dim + a]! - (centre?.[a] ?? 0)) * (vectors[row * dim + b]! - (centre?.[b] ?? 0))
        assert.ok(Math.abs(gram[a * dim + b]! - sum) < 1e-3, `${gram[a * dim + b]}, not ${sum}`)
      }
    }
  }
  assert.equal(liveTensors(), before)
})

test('the mean of exp(-2 d^2) is that over all pairs of different rows', async () => {
  const before = liveTensors()
  for (const count of [2, 3, 40, 3000]) {
    const some = vectors.slice(0, count * dim)
    const set = {
      id: Int32Array.from({length: count}, (_, row) => row),
      label: new Int32Array(count),
      vectors: some,
      dim,
    }
    let sum = 0
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < a; b++) {
        let squared = 0
        for (let i = 0; i < dim; i++) squared += (some[a * dim + i]! - some[b * dim + i]!) ** 2
        sum += 2 * Math.exp(-2 * squared)
      }
    }
    const expected = sum / (count * (count - 1))
    const got = await meanGaussian(set)
    assert.ok(Math.abs(got - expected) < 1e-5 * expected, `${got}, not ${expected}`)
  }
  assert.equal(liveTensors(), before)
})
