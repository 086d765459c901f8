import assert from 'node:assert/strict'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {before, describe, after as last, test} from 'node:test'
import {miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {usesDescriptors} from '../../lib/objectives/uses-descriptors.ts'
import type {StageContext} from '../../lib/pipeline/stage.ts'
import {openRandom} from '../../lib/random.ts'
import {checkBatches, readBatches} from '../../lib/tables/batches.ts'
import {writeDescriptors} from '../../lib/tables/descriptors.ts'
import {writeImages} from '../../lib/tables/images.ts'
import {checkNeighbours, readNeighbours} from '../../lib/tables/neighbours.ts'
import {run} from '../../stages/mine-negatives.ts'
import type {MineNegativesValues} from '../../stages/parameters.ts'
import {wholePictures} from '../tables/fixtures.ts'

const samplers = [
  {sampler: 'hard-triplets', pool: 5, triplets_per_batch: 8},
  {sampler: 'random-triplets', triplets_per_batch: 8},
  {sampler: 'distance-weighted', tuples_per_batch: 4, positives: 2, negatives: 3, pool_size: 20},
  {sampler: 'cluster-negatives', tuples_per_batch: 4, negatives: 2},
  {sampler: 'class-groups', images_per_class: 3, negatives: 2},
  {sampler: 'classes', classes_per_batch: 3, images_per_class: 2},
  {sampler: 'near-classes', classes_per_batch: 3, images_per_class: 2, near_classes: 2, pool: 5},
  {sampler: 'm-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'samples-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'class-random', batch_size: 8, images_per_class: 2},
  {sampler: 'balanced', classes_per_batch: 2, images_per_class: 3},
  {sampler: 'hierarchical', batch_size: 8, images_per_class: 2},
  {sampler: 'one-per-class', batch_size: 4},
  {sampler: 'shuffle', batch_size: 8},
].map((mining) => miningParameters.parse(mining))

describe('mine-negatives', () => {
  let folder = ''
  const file = (name: string) => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nearmiss-mining-'))
    await writeTables(file('images.arrow'), file('descriptors.arrow'))
  })
  last(() => rm(folder, {recursive: true}))

  for (const mining of samplers) {
    test(`with ${mining.sampler} writes tables that keep their contracts, the same bytes every time`, async () => {
      const outputs = {neighbours: file('neighbours.arrow'), batches: file('batches.arrow')}
      await mine(mining, outputs)
      assert.deepEqual(await checkNeighbours(outputs.neighbours, file('images.arrow')), [])
      assert.deepEqual(await checkBatches(outputs.batches, file('images.arrow')), [])
      const [batches, neighbours] = [await readBatches(outputs.batches), await readNeighbours(outputs.neighbours)]
      assert.equal(neighbours.anchor.length > 0, usesDescriptors(mining, 1))
      // Tuples that were mined say how far their images are from the anchor.
      const isMined = usesDescriptors(mining, 1) && batches.role.includes('anchor')
      for (const [row, distance] of batches.distance.entries()) {
        const isCompared = batches.role[row] === 'positive' || batches.role[row] === 'negative'
        assert.equal(Number.isNaN(distance), !(isMined && isCompared))
      }
      const again = {neighbours: file('neighbours-again.arrow'), batches: file('batches-again.arrow')}
      await mine(mining, again)
      assert.ok((await readFile(again.batches)).equals(await readFile(outputs.batches)))
      assert.ok((await readFile(again.neighbours)).equals(await readFile(outputs.neighbours)))
    })
  }

  test('with super-classes reads them from the names of the classes', async () => {
    const mining = miningParameters.parse({sampler: 'hierarchical', batch_size: 8, super_class: '^animals'})
    await assert.rejects(mine(mining, {neighbours: file('n'), batches: file('b')}), {
      name: 'UserError',
      message: /finds no super-class in the name of 3 of 6 training classes: "plants\/1", "plants\/3", "plants\/5"\./,
    })
  })

  async function mine(mining: MineNegativesValues['mining'], outputs: Record<string, string>): Promise<void> {
    const needsDescriptors = usesDescriptors(mining, 1)
    await run({
      values: {
        mining,
        schedule: scheduleParameters.parse({name: 'constant'}),
        optimizer: {lr: 1e-3},
        seed: 3,
        epoch: 1,
      } as MineNegativesValues,
      inputs: {images: file('images.arrow'), ...(needsDescriptors && {descriptors: file('descriptors.arrow')})},
      outputs,
      progress: () => {},
      note: () => {},
      report: () => {},
    } as unknown as StageContext<MineNegativesValues>)
  }
})

/** Six classes of six images to train on, and a class of validation between them. */
async function writeTables(images: string, descriptors: string): Promise<void> {
  const rows = Array.from({length: 42}, (_, row) => row)
  const label = Int32Array.from(rows, (row) => row % 7)
  const className = Array.from(label, (own) => `${own % 2 === 0 ? 'animals' : 'plants'}/${own}`)
  const nines = Int32Array.from(rows, () => 9)
  await writeImages(images, {
    id: Int32Array.from(rows),
    path: rows.map((row) => `${className[row]}/${row}.jpg`),
    label,
    className,
    split: Array.from(label, (own) => (own === 6 ? 'val' : 'train')),
    width: nines,
    height: nines,
    bytes: nines,
    sha256: rows.map(() => '0'.repeat(64)),
    ...wholePictures(nines, nines),
    root: '/data',
    format: 'folder',
    protocol: '{}',
  })
  const random = openRandom('vectors')
  const train = rows.filter((row) => label[row] !== 6)
  const vectors = train.map(() => Array.from({length: 8}, () => random.normal()))
  await writeDescriptors(descriptors, {
    id: Int32Array.from(train),
    dim: 8,
    vectors: Float32Array.from(vectors.flatMap((values) => values.map((value) => value / Math.hypot(...values)))),
  })
}
