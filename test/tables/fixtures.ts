import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import type {BatchesTable} from '../../lib/tables/batches.ts'
import type {DescriptorsTable} from '../../lib/tables/descriptors.ts'
import {type ImagesTable, writeImages} from '../../lib/tables/images.ts'
import type {MembersTable} from '../../lib/tables/members.ts'
import type {NeighboursTable} from '../../lib/tables/neighbours.ts'
import type {QueriesTable} from '../../lib/tables/queries.ts'
import type {StepsTable} from '../../lib/tables/steps.ts'

/** A folder that is removed when the test ends; returns paths inside it. */
export function temporaryFolder(t: TestContext): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-tables-'))
  t.after(() => rmSync(folder, {recursive: true}))
  return (name) => join(folder, name)
}

/** Eight images: classes 0 and 1 (ids 0-3) train, class 2 (4, 5) val, class 3 (6, 7) test. */
/** Boxes that leave nothing of a picture out. */
export function wholePictures(width: Int32Array, height: Int32Array) {
  return {
    boxLeft: new Int32Array(width.length),
    boxTop: new Int32Array(width.length),
    boxWidth: width,
    boxHeight: height,
  }
}

export function someImages(): ImagesTable {
  const rows = Array.from({length: 8}, (_, row) => row)
  const names = ['Laysan albatross', 'crested auklet', 'Ärger 🐦', 'indigo bunting']
  const [width, height] = [Int32Array.from(rows, (row) => 100 + row), Int32Array.from(rows, () => 80)]
  return {
    id: Int32Array.from(rows),
    path: rows.map((row) => `${names[row >> 1]}/${row}.jpg`),
    label: Int32Array.from(rows, (row) => row >> 1),
    className: rows.map((row) => names[row >> 1]!),
    split: ['train', 'train', 'train', 'train', 'val', 'val', 'test', 'test'],
    width,
    height,
    bytes: Int32Array.from(rows, (row) => 5000 * (row + 1)),
    sha256: rows.map((row) => String(row).repeat(64)),
    ...wholePictures(width, height),
    root: '/data/birds',
    format: 'folder',
    protocol: '{"train":"0-1"}',
  }
}

/** Writes those images, perhaps changed, and returns the path. */
export async function writeSomeImages(path: string, changes: Partial<ImagesTable> = {}): Promise<string> {
  await writeImages(path, {...someImages(), ...changes})
  return path
}

/** Unit vectors of the training images: (1, 0), (0.6, 0.8), (0, 1), (-1, 0). */
export function someDescriptors(): DescriptorsTable {
  return {id: Int32Array.of(0, 1, 2, 3), dim: 2, vectors: Float32Array.of(1, 0, 0.6, 0.8, 0, 1, -1, 0)}
}

/** The two neighbours of other classes of images 0 and 2. */
export function someNeighbours(): NeighboursTable {
  return {
    anchor: Int32Array.of(0, 0, 2, 2),
    rank: Int32Array.of(0, 1, 0, 1),
    neighbour: Int32Array.of(2, 3, 1, 0),
    distance: Float32Array.of(Math.SQRT2, 2, Math.sqrt(0.4), Math.SQRT2),
  }
}

/** Two steps of one triplet each. */
export function someBatches(): BatchesTable {
  return {
    step: Int32Array.of(0, 0, 0, 1, 1, 1),
    slot: Int32Array.of(0, 1, 2, 0, 1, 2),
    group: Int32Array.of(0, 0, 0, 0, 0, 0),
    role: ['anchor', 'positive', 'negative', 'anchor', 'positive', 'negative'],
    image: Int32Array.of(0, 1, 2, 3, 2, 1),
    seed: Uint32Array.of(1, 2, 3, 4, 5, 2 ** 32 - 1),
    distance: Float32Array.of(Number.NaN, 0.5, 1.25, Number.NaN, Number.NaN, Number.NaN),
    lr: Float64Array.of(1e-5, 1e-5, 1e-5, 2e-5, 2e-5, 2e-5),
    momentum: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, 0.9, 0.9, 0.9),
    stepSeed: Uint32Array.of(7, 7, 7, 8, 8, 8),
  }
}

/** Two steps of three images. */
export function someSteps(): StepsTable {
  return {
    step: Int32Array.of(0, 1),
    images: Int32Array.of(3, 3),
    trainedImages: Int32Array.of(3, 0),
    loss: Float64Array.of(0.25, 0),
    activeFraction: Float64Array.of(1, 0),
    positiveDistance: Float64Array.of(0.4, 0.3),
    negativeDistance: Float64Array.of(0.5, 1.2),
    gradientNorm: Float64Array.of(1.5, 0),
    lr: Float64Array.of(1e-5, 2e-5),
  }
}

/** A set of a query and a gallery, and one in which all look for each other. */
export function someMembers(): MembersTable {
  return {
    split: ['test', 'test', 'test', 'test'],
    set: ['shop', 'shop', 'all', 'all'],
    id: Int32Array.of(4, 7, 4, 7),
    role: ['query', 'gallery', 'both', 'both'],
  }
}

/** Two queries of class 0 that find each other, and one of class 1 that is alone. */
export function someQueries(): QueriesTable {
  return {
    set: ['', '', ''],
    id: Int32Array.of(0, 1, 2),
    label: Int32Array.of(0, 0, 1),
    nearest: Int32Array.of(1, 0, 1),
    nearestLabel: Int32Array.of(0, 0, 0),
    nearestDistance: Float32Array.of(0.5, 0.5, 0.7),
    relevant: Int32Array.of(1, 1, 0),
    precisionAt1: Float32Array.of(1, 1, Number.NaN),
    rPrecision: Float32Array.of(1, 1, Number.NaN),
    mapAtR: Float32Array.of(1, 1, Number.NaN),
    firstHit: Int32Array.of(1, 1, 0),
    metricNames: ['map_at_r', 'recall_at_4'],
    values: Float32Array.of(1, 1, 1, 1, Number.NaN, Number.NaN),
  }
}
