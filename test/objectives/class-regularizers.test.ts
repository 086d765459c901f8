import assert from 'node:assert/strict'
import {test} from 'node:test'
import {free, fromHost, read} from '../../lib/engine/op.ts'
import {penalise as centerInvariant} from '../../lib/objectives/regularizers/center-invariant.ts'
import {penalise as regularFace} from '../../lib/objectives/regularizers/regular-face.ts'
import type {Regularizer} from '../../lib/objectives/regularizers/regularizer.ts'
import {penalise as sparseCenters} from '../../lib/objectives/regularizers/sparse-centers.ts'
import {openRandom} from '../../lib/random.ts'

const random = openRandom('class regularizers')
const draw = (rows: number, dim: number) => Float32Array.from({length: rows * dim}, () => random.normal())

function evaluate(penalise: Regularizer<unknown>, data: Float32Array, rows: number, classes: number) {
  const tensor = fromHost(data, [rows, data.length / rows])
  const {value, gradient} = penalise({rows: tensor, classes}, {})
  const slopes = (read(gradient) as Float32Array).slice()
  free(tensor, gradient)
  return {value, slopes}
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const rowsOf = (data: Float32Array, dim: number) =>
  Array.from({length: data.length / dim}, (_, row) => data.subarray(row * dim, (row + 1) * dim))

/** The penalties as their formulas say, one number after the other. */
const naive: Readonly<Record<string, [Regularizer<unknown>, (rows: Float32Array[]) => number]>> = {
  'center-invariant': [
    centerInvariant,
    (rows) => {
      const squares = rows.map((row) => row.reduce((sum, value) => sum + value * value, 0))
      const mean = squares.reduce((sum, value) => sum + value, 0) / rows.length
      return squares.reduce((sum, value) => sum + (value - mean) ** 2 / 4, 0) / rows.length
    },
  ],
  'sparse-centers, three a class': [
    sparseCenters,
    (rows) => {
      let sum = 0
      for (let first = 0; first < rows.length; first += 3) {
        for (const [a, b] of [
          [0, 1],
          [0, 2],
          [1, 2],
        ] as const) {
          sum += Math.sqrt(2 - 2 * cosine(rows[first + a]!, rows[first + b]!)) / 2
        }
      }
      return sum / rows.length
    },
  ],
  'regular-face': [
    regularFace,
    (rows) => {
      const nearest = rows.map((row) =>
        Math.max(...rows.filter((other) => other !== row).map((other) => cosine(row, other))),
      )
      return nearest.reduce((sum, value) => sum + value, 0) / rows.length
    },
  ],
}

for (const [name, [penalise, expected]] of Object.entries(naive)) {
  test(`${name} is what its formula says, and so is its gradient`, () => {
    const data = draw(12, 5)
    const {value, slopes} = evaluate(penalise, data, 12, 4)
    const at = (values: Float32Array) => expected(rowsOf(values, 5))
    assert.ok(Math.abs(value - at(data)) < 1e-5 * Math.max(1, value), `${value}, not ${at(data)}`)
    const direction = draw(12, 5)
    const moved = (step: number) => at(data.map((entry, i) => entry + step * direction[i]!))
    const slope = slopes.reduce((sum, entry, i) => sum + entry * direction[i]!, 0)
    const difference = (moved(1e-3) - moved(-1e-3)) / 2e-3
    assert.ok(Math.abs(slope - difference) < 5e-3 * Math.max(1, Math.abs(difference)), `${slope}, not ${difference}`)
  })
}

test('regular-face looks at the same cosines block by block', () => {
  const [count, dim] = [2500, 3]
  const data = draw(count, dim)
  // One row is another's neighbour across the blocks, and nobody is nearer.
  data.set(data.subarray(0, dim), (count - 1) * dim)
  const {value} = evaluate(regularFace, data, count, count)
  const rows = rowsOf(data, dim).map((row) => row.map((entry) => entry / Math.hypot(...row)))
  let sum = 0
  for (const [i, a] of rows.entries()) {
    let largest = -1
    for (const [j, b] of rows.entries())
      if (i !== j) largest = Math.max(largest, a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!)
    sum += largest
  }
  assert.ok(Math.abs(value - sum / count) < 1e-5)
})

test('centres that coincide, rows of zeros and a single class have finite penalties', () => {
  for (const penalise of [centerInvariant, regularFace]) {
    for (const data of [new Float32Array(5), Float32Array.of(0, 0, 0, 1, 1, 1, 1, 1, 1)]) {
      const rows = data.length === 5 ? 1 : 3
      const {value, slopes} = evaluate(penalise, data, rows, rows)
      assert.ok(Number.isFinite(value) && slopes.every(Number.isFinite))
    }
  }
  const {value, slopes} = evaluate(sparseCenters, Float32Array.of(1, 2, 1, 2, 0, 0, 3, 1), 4, 2)
  assert.ok(Number.isFinite(value) && slopes.every(Number.isFinite))
})
