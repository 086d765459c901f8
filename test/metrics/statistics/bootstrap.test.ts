import assert from 'node:assert/strict'
import {test} from 'node:test'
import {bootstrapClasses, bootstrapQueries} from '../../../lib/metrics/statistics/bootstrap.ts'
import {openRandom} from '../../../lib/random.ts'

const random = openRandom('bootstrap')
const options = (seed: number) => ({resamples: 2000, level: 0.95, random: openRandom(seed)})

test('the interval over queries is as wide as the standard error says', () => {
  const values = Float64Array.from({length: 400}, () => Number(random.uniform() < 0.3))
  const mean = values.reduce((sum, value) => sum + value, 0) / 400
  const half = 1.96 * Math.sqrt((mean * (1 - mean)) / 400)
  const [[low, high]] = bootstrapQueries([values], options(0)) as [[number, number]]
  assert.ok(Math.abs(low - (mean - half)) < 0.01 && Math.abs(high - (mean + half)) < 0.01, `${low} ${high}`)
})

test('where classes differ and their queries do not, the interval over classes is the wider one', () => {
  const label = Int32Array.from({length: 400}, (_, row) => Math.floor(row / 20))
  const values = Float64Array.from(label, (own) => own % 2)
  const [[low, high]] = bootstrapClasses([values], label, options(0)) as [[number, number]]
  const half = 1.96 * Math.sqrt(0.25 / 20)
  assert.ok(Math.abs(low - (0.5 - half)) < 0.06 && Math.abs(high - (0.5 + half)) < 0.06, `${low} ${high}`)
  const [[near]] = bootstrapQueries([values], options(0)) as [[number, number]]
  assert.ok(near > low + 0.1)
})

test('queries that are left out do not count; equal seeds give equal intervals, others others', () => {
  const label = Int32Array.of(1, 1, 2, 2)
  const values = Float64Array.of(0.25, 0.25, Number.NaN, 0.25)
  assert.deepEqual(bootstrapQueries([values], options(1)), [[0.25, 0.25]])
  assert.deepEqual(bootstrapClasses([values], label, options(1)), [[0.25, 0.25]])
  const many = Float64Array.from({length: 50}, () => random.uniform())
  assert.deepEqual(bootstrapQueries([many], options(1)), bootstrapQueries([many], options(1)))
  assert.notDeepEqual(bootstrapQueries([many], options(1)), bootstrapQueries([many], options(2)))
  assert.deepEqual(bootstrapQueries([], options(1)), [])
  const [[low, high]] = bootstrapQueries([Float64Array.of(Number.NaN)], options(1)) as [[number, number]]
  assert.ok(Number.isNaN(low) && Number.isNaN(high))
})
