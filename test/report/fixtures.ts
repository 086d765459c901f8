import {mkdir, mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import sharp from 'sharp'
import {openRandom} from '../../lib/random.ts'
import {nearestPlaces} from '../../lib/report/analysis/distances.ts'
import type {DescribedImages, QueryRows, RunFacts, RunTables} from '../../lib/report/facts.ts'
import type {ImagesTable} from '../../lib/tables/images.ts'
import {someBatches, wholePictures} from '../tables/fixtures.ts'

/** Something that runs clean-up at its end. */
interface Owner {
  after(action: () => Promise<void>): void
}

/** A folder that goes with its owner. */
export async function temporaryFolder(owner: Owner): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-report-'))
  owner.after(() => rm(folder, {recursive: true, force: true}))
  return folder
}

/** Unit vectors around one centre a class; `spread` 0 puts a class on its centre. */
export function describedImages(labels: readonly number[], spread = 0.4, dim = 6): DescribedImages {
  const vectors = new Float32Array(labels.length * dim)
  for (const [row, label] of labels.entries()) {
    const [centre, own] = [openRandom('centre', label), openRandom('own', row)]
    const vector = Array.from({length: dim}, () => centre.normal() + spread * own.normal())
    const norm = Math.hypot(...vector)
    vectors.set(
      vector.map((value) => value / norm),
      row * dim,
    )
  }
  return {id: Int32Array.from(labels.keys(), (row) => 10 + row), label: Int32Array.from(labels), dim, vectors}
}

/** Squares of one colour a class, in a table of validation images whose ids start at 10. */
export async function drawnImages(
  folder: string,
  labels: readonly number[],
  names: readonly string[],
): Promise<ImagesTable> {
  const path = labels.map((label, row) => `${label}/${row}.png`)
  for (const [row, label] of labels.entries()) {
    const file = join(folder, path[row]!)
    await mkdir(dirname(file), {recursive: true})
    const background = {r: (label * 67) % 256, g: (label * 131) % 256, b: 40 + (row % 100)}
    await sharp({create: {width: 30 + (row % 5), height: 24, channels: 3, background}})
      .png()
      .toFile(file)
  }
  const fill = (value: number) => new Int32Array(labels.length).fill(value)
  return {
    id: Int32Array.from(labels.keys(), (row) => 10 + row),
    path,
    label: Int32Array.from(labels),
    className: labels.map((label) => names[label]!),
    split: labels.map(() => 'val'),
    width: fill(30),
    height: fill(24),
    bytes: fill(100),
    sha256: labels.map((_, row) => row.toString(16).padStart(64, '0')),
    ...wholePictures(fill(30), fill(24)),
    root: folder,
    format: 'folder',
    protocol: '{}',
  }
}

/** What evaluating these descriptors gives, as far as reports read it. */
export function queriesOf({id, label, vectors, dim}: DescribedImages): QueryRows {
  const rows = [...id.keys()]
  const distance = (a: number, b: number) =>
    Math.hypot(...Array.from({length: dim}, (_, at) => vectors[a * dim + at]! - vectors[b * dim + at]!))
  const nearest = rows.map(
    (row) =>
      nearestPlaces(
        Float32Array.from(rows, (other) => distance(row, other)),
        1,
        row,
      )[0]!,
  )
  const relevant = Int32Array.from(rows, (row) => label.filter((own) => own === label[row]).length - 1)
  const right = Float32Array.from(rows, (row) =>
    relevant[row] === 0 ? Number.NaN : Number(label[nearest[row]!] === label[row]),
  )
  return {
    id,
    label,
    nearest: Int32Array.from(nearest, (row) => id[row]!),
    nearestLabel: Int32Array.from(nearest, (row) => label[row]!),
    nearestDistance: Float32Array.from(nearest, (other, row) => distance(row, other)),
    relevant,
    precisionAt1: right,
    mapAtR: right,
  }
}

/** A run of three epochs with everything that a report shows. */
export function someFacts(changes: Partial<RunFacts> = {}): RunFacts {
  const metrics = (value: number) => ({precision_at_1: {value, interval: {low: value - 0.05, high: value + 0.05}}})
  const trained = (loss: number) => ({
    loss,
    activeFraction: 0.5,
    positiveDistance: 0.4,
    negativeDistance: 0.9,
    seconds: 12,
  })
  return {
    run: 'demo',
    metrics: [{name: 'precision_at_1', title: 'precision@1'}],
    chosenOnTest: false,
    epochs: [
      {epoch: 0, metrics: metrics(0.3), best: false},
      {epoch: 1, metrics: metrics(0.5), best: true, ...trained(1.5)},
      {epoch: 2, metrics: metrics(0.4), best: false, ...trained(1.25)},
    ],
    baseline: {precision_at_1: {value: 0.35}},
    measurement: [['split', 'val']],
    intervals: 'In brackets: 95 % of the resamples.',
    parameters: [['objective.margin', '0.1']],
    origins: [{node: 'evaluate@1', key: 'abcdef0123456789ff', startedAt: '2026-01-01T00:00:00.000Z', seconds: 2}],
    versions: [['tensorflow', 'tensorflow-cpu-2.19.1']],
    ...changes,
  }
}

/** Tables of a run on drawn pictures: `labels` are classes, named in order. */
export async function someTables(
  folder: string,
  labels: readonly number[],
  names: readonly string[],
): Promise<RunTables> {
  const images = await drawnImages(folder, labels, names)
  const described = describedImages(labels, 0.8)
  return {
    epoch: 1,
    images,
    described,
    queries: queriesOf(described),
    mined: {
      epoch: 2,
      batches: {...someBatches(), image: Int32Array.of(10, 11, 13, 13, 12, 10)},
      neighbours: {
        anchor: Int32Array.of(10),
        rank: Int32Array.of(0),
        neighbour: Int32Array.of(13),
        distance: Float32Array.of(0.25),
      },
    },
    missing: [],
  }
}
