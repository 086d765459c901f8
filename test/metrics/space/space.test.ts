import assert from 'node:assert/strict'
import {test} from 'node:test'
import {classDistances} from '../../../lib/metrics/space/class-distances.ts'
import {neverRetrieved} from '../../../lib/metrics/space/never-retrieved.ts'
import {rhoSpectrum} from '../../../lib/metrics/space/rho-spectrum.ts'
import {openRandom} from '../../../lib/random.ts'
import {unit} from '../naive.ts'

const close = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-6, `${got}, not ${expected}`)
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('distances inside and between classes equal those over all pairs', () => {
  const random = openRandom('space')
  const rows = unit(Array.from({length: 40}, () => Array.from({length: 6}, () => random.normal() + 0.3)))
  const label = rows.map(() => random.below(6)).with(0, 99)
  const {intra, inter, alignment} = classDistances(Float32Array.from(rows.flat()), 6, Int32Array.from(label))
  const groups = [...new Set(label)].map((own) => rows.filter((_, row) => label[row] === own))
  const pairsOf = <T>(list: readonly T[]) => list.flatMap((a, i) => list.slice(0, i).map((b) => [a, b] as const))
  const wide = groups.filter((group) => group.length > 1)
  close(intra, mean(wide.map((group) => mean(pairsOf(group).map(([a, b]) => 1 - dot(a, b))))))
  const [centres] = [unit(groups.map((group) => group[0]!.map((_, i) => mean(group.map((row) => row[i]!)))))]
  close(inter, mean(pairsOf(centres).map(([a, b]) => 1 - dot(a, b))))
  close(alignment, mean(wide.flatMap((group) => pairsOf(group).map(([a, b]) => 2 - 2 * dot(a, b)))))
})

test('the spectrum of descriptors that use all directions alike has no decay; the smallest value is left out', () => {
  const diagonal = (...values: number[]) =>
    Float64Array.from({length: values.length ** 2}, (_, at) =>
      at % (values.length + 1) === 0 ? values[at / (values.length + 1)]! ** 2 : 0,
    )
  close(rhoSpectrum(diagonal(3, 3, 3, 3), 4), 0)
  close(rhoSpectrum(diagonal(3, 1, 3, 3), 4), 0)
  // singular values 3 and 1, shares 3/4 and 1/4: KL(1/2, 1/2 || 3/4, 1/4)
  close(rhoSpectrum(diagonal(3, 1, 0.5), 3), 0.5 * Math.log(0.5 / 0.75) + 0.5 * Math.log(0.5 / 0.25))
  assert.ok(Number.isFinite(rhoSpectrum(diagonal(1, 0, 0, 0), 4)))
  assert.equal(rhoSpectrum(diagonal(1), 1), 0)
})

test('never retrieved are the images that are among the first k of nobody', () => {
  const neighbours = Int32Array.of(2, 3, 1, 3, 1, 2, 1, -1)
  const references = Int32Array.of(1, 2, 3, 4)
  assert.equal(neverRetrieved(neighbours, 2, 1, references), 2 / 4)
  assert.equal(neverRetrieved(neighbours, 2, 2, references), 1 / 4)
  assert.equal(neverRetrieved(neighbours, 2, 50, references), 1 / 4)
})
