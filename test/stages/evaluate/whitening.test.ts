import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {type MetricsSpec, metricsParameters} from '../../../lib/metrics/parameters.ts'
import {openRandom} from '../../../lib/random.ts'
import {writeDescriptors} from '../../../lib/tables/descriptors.ts'
import {writeImages} from '../../../lib/tables/images.ts'
import {pairStatistics} from '../../../stages/evaluate/pair-statistics.ts'
import {run} from '../../../stages/evaluate.ts'
import {unit} from '../../metrics/naive.ts'
import {someImages, temporaryFolder, wholePictures} from '../../tables/fixtures.ts'

type At = (name: string) => string

const whiteningOf = (whitening: unknown) => metricsParameters.parse({names: ['map_at_r'], descriptors: {whitening}})

test('statistics of pairs are those of a list of all ordered pairs of one class', () => {
  const random = openRandom('pairs')
  const dim = 3
  const rows = unit(Array.from({length: 30}, () => Array.from({length: dim}, () => random.normal() + 0.5)))
  const label = rows.map(() => random.below(8)).with(0, 99)
  const set = {
    id: Int32Array.from(rows.keys()),
    label: Int32Array.from(label),
    vectors: Float32Array.from(rows.flat()),
    dim,
  }
  const {mean, differences, scatter} = pairStatistics(set)!
  const pairs = rows.flatMap((a, i) =>
    rows.flatMap((b, j) => (i !== j && label[i] === label[j] ? [[a, b] as const] : [])),
  )
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const expectedMean = rows[0]!.map((_, at) => average(pairs.map(([a]) => a[at]!)))
  close(mean, expectedMean)
  const entries = [...Array(dim * dim).keys()].map((at) => [Math.floor(at / dim), at % dim] as const)
  close(
    differences,
    entries.map(([i, j]) => average(pairs.map(([a, b]) => (a[i]! - b[i]!) * (a[j]! - b[j]!)))),
  )
  close(
    scatter,
    entries.map(([i, j]) =>
      rows.reduce((sum, row) => sum + (row[i]! - expectedMean[i]!) * (row[j]! - expectedMean[j]!), 0),
    ),
  )
  assert.equal(pairStatistics({...set, label: Int32Array.from(rows.keys())}), undefined)
})

test('whitening learnt from pairs finds classes that differences inside them hide, where principal components do not', async (t) => {
  const at = temporaryFolder(t)
  const inputs = await writeProject(at)
  const [none, components, learned] = [
    await measure(at, inputs, whiteningOf(null)),
    await measure(at, inputs, whiteningOf({kind: 'pca-whitening'})),
    await measure(at, inputs, whiteningOf({kind: 'learned'})),
  ]
  assert.ok(learned > Math.max(none, components) + 0.1, `${learned} after ${none} and ${components}`)
})

test('whitening is learnt from images of the split train alone, with their classes', async (t) => {
  const at = temporaryFolder(t)
  const inputs = await writeProject(at)
  const learned = whiteningOf({kind: 'learned'})
  await assert.rejects(
    measure(at, {...inputs, training: inputs.descriptors}, whiteningOf({})),
    /descriptors of images that are not in split train of .*: 60, 61, .* Whitening is learnt from training images alone/s,
  )
  await writeTables(at, (row) => row, 'alone.arrow')
  await assert.rejects(measure(at, {...inputs, images: at('alone.arrow')}, learned), /no class of .* has two/)
})

test('shrinkage belongs to pca-whitening alone', () => {
  for (const kind of ['pca', 'learned'])
    assert.throws(() => whiteningOf({kind, shrink_to: 3}), /must be null, or kind pca-whitening/)
})

/** 60 training and 60 validation images of four classes, which differ less than their images do. */
async function writeProject(at: At): Promise<{images: string; descriptors: string; training: string}> {
  await writeTables(at, (row) => (row < 60 ? row % 4 : 4 + (row % 4)), 'images.arrow')
  const random = openRandom('whitening')
  const rows = unit(
    Array.from({length: 120}, (_, row) => {
      const own = row % 4
      return [
        2 * random.normal(),
        0.1 * (own % 2) + 0.02 * random.normal(),
        0.1 * (own >> 1) + 0.02 * random.normal(),
        1,
      ]
    }),
  )
  const write = (file: string, first: number) =>
    writeDescriptors(at(file), {
      id: Int32Array.from({length: 60}, (_, row) => first + row),
      dim: 4,
      vectors: Float32Array.from(rows.slice(first, first + 60).flat()),
    })
  await write('training.arrow', 0)
  await write('descriptors.arrow', 60)
  return {images: at('images.arrow'), descriptors: at('descriptors.arrow'), training: at('training.arrow')}
}

async function writeTables(at: At, labelOf: (row: number) => number, file: string): Promise<void> {
  const rows = Array.from({length: 120}, (_, row) => row)
  const numbers = Int32Array.from(rows, () => 10)
  await writeImages(at(file), {
    ...someImages(),
    id: Int32Array.from(rows),
    path: rows.map((row) => `${row}.png`),
    label: Int32Array.from(rows, labelOf),
    className: rows.map((row) => `class ${labelOf(row)}`),
    split: rows.map((row) => (row < 60 ? 'train' : 'val')),
    width: numbers,
    height: numbers,
    bytes: numbers,
    sha256: rows.map((row) => String(row).padStart(64, '0')),
    ...wholePictures(numbers, numbers),
  })
}

async function measure(at: At, inputs: Record<string, string>, metrics: MetricsSpec): Promise<number> {
  await run({
    values: {metrics, split: 'val'},
    inputs,
    outputs: {metrics: at('metrics.json'), queries: at('queries.arrow')},
    scratch: {latest: async () => undefined, save: async () => {}},
    snapshotEverySteps: Number.POSITIVE_INFINITY,
    snapshotEverySeconds: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    progress: () => {},
    note: () => {},
    report: () => {},
  })
  const {metrics: measured} = JSON.parse(readFileSync(at('metrics.json'), 'utf8')) as {metrics: {map_at_r: number}}
  return measured.map_at_r
}

function close(got: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(got.length, expected.length)
  for (const [at, value] of expected.entries())
    assert.ok(Math.abs(got[at]! - value) < 1e-5 * Math.max(1, Math.abs(value)), `${at}: ${got[at]}, not ${value}`)
}
