import assert from 'node:assert/strict'
import {mkdtemp, readFile, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, test} from 'node:test'
import {miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {planEpoch} from '../../lib/objectives/plan.ts'
import type {NeighbourRows} from '../../lib/objectives/samplers/sampler.ts'
import {writeImages} from '../../lib/tables/images.ts'
import {run} from '../../stages/check-mining.ts'
import {wholePictures} from '../tables/fixtures.ts'

describe('check-mining', () => {
  test('counts the steps that a plan has, with mined images and without', async () => {
    const neighbours = {
      anchor: Int32Array.from({length: 24}, (_, i) => i >> 1),
      rank: Int32Array.from({length: 24}, (_, i) => i & 1),
      neighbour: Int32Array.from({length: 24}, (_, i) => ((i >> 1) + 6 + (i & 1)) % 12),
      distance: new Float32Array(24),
    }
    for (const mining of [
      {sampler: 'shuffle', batch_size: 5},
      {sampler: 'classes', classes_per_batch: 3, images_per_class: 2},
      {sampler: 'distance-weighted', tuples_per_batch: 5, positives: 2, negatives: 2},
      {sampler: 'hard-triplets', triplets_per_batch: 5},
      {sampler: 'class-groups', images_per_class: 2, negatives: 2},
      {sampler: 'near-classes', classes_per_batch: 2, images_per_class: 2, near_classes: 2, from_epoch: 1},
    ]) {
      const {facts} = await check(mining, fourOfThree)
      assert.deepEqual(facts, {images: 12, steps: await stepsOfPlan(mining, neighbours)}, mining.sampler)
    }
  })

  for (const [mining, labels, message] of [
    [
      {sampler: 'balanced', classes_per_batch: 5, images_per_class: 2},
      [0, 0, 1, 1],
      /mining\.classes_per_batch is 5.*2 classes/,
    ],
    [{sampler: 'distance-weighted', positives: 3}, [0, 0, 0, 1, 1, 1], /fewer than the 4 images that a tuple takes/],
    [{sampler: 'hard-triplets'}, [0, 0, 1], /1 training class has a single image/],
    [{sampler: 'hard-triplets'}, [0, 0, 0], /of 1 class\(es\)/],
    [{sampler: 'distance-weighted', negatives: 4}, [0, 0, 0, 1, 1, 1], /negatives is 4.* 3 images of other classes/],
    [{sampler: 'cluster-negatives', negatives: 2}, [0, 0, 0, 1, 1, 1], /negatives is 2.* 1 other classes/],
    [{sampler: 'class-groups', images_per_class: 4}, [0, 0, 1, 1], /No training class has the 4 images/],
    [{sampler: 'shuffle', batch_size: 9, drop_last: true}, [0, 0, 1, 1], /4 training images/],
  ] as const) {
    test(`refuses ${JSON.stringify(mining)} for classes ${labels.join('')}`, async () => {
      await assert.rejects(check(mining, labels), {name: 'UserError', message})
    })
  }

  test('has nothing against a data set that is only measured', async () => {
    assert.deepEqual((await check({sampler: 'hard-triplets'}, [0, 0, 1], 'test')).facts, {images: 0, steps: 0})
  })
})

const fourOfThree = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]

async function check(mining: object, labels: readonly number[], split = 'train') {
  const folder = await mkdtemp(join(tmpdir(), 'nearmiss-check-mining-'))
  try {
    const [images, outlook] = [join(folder, 'images.arrow'), join(folder, 'outlook.json')]
    const nines = new Int32Array(labels.length).fill(9)
    await writeImages(images, {
      id: Int32Array.from(labels.keys()),
      path: labels.map((label, row) => `${label}/${row}.jpg`),
      label: Int32Array.from(labels),
      className: labels.map((label) => `c${label}`),
      split: labels.map(() => split),
      width: nines,
      height: nines,
      bytes: nines,
      sha256: labels.map(() => '0'.repeat(64)),
      ...wholePictures(nines, nines),
      root: '/data',
      format: 'folder',
      protocol: '{}',
    })
    let facts: unknown
    await run({
      values: {mining: miningParameters.parse(mining)},
      inputs: {images},
      outputs: {outlook},
      report: (told: unknown) => {
        facts = told
      },
    } as unknown as Parameters<typeof run>[0])
    assert.deepEqual(JSON.parse(await readFile(outlook, 'utf8')), facts)
    return {facts}
  } finally {
    await rm(folder, {recursive: true})
  }
}

async function stepsOfPlan(mining: object, neighbours: NeighbourRows): Promise<number> {
  const plan = await planEpoch({
    mining: miningParameters.parse(mining),
    schedule: scheduleParameters.parse({name: 'constant'}),
    learningRate: 1,
    images: {id: Int32Array.from(fourOfThree.keys()), label: Int32Array.from(fourOfThree)},
    neighbours,
    seed: 7,
    epoch: 1,
  })
  return plan.step.at(-1)! + 1
}
