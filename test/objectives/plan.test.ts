import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {everySampler, plan, trainingImages} from './plan/plans.ts'

for (const mining of everySampler) {
  describe(`the plan of ${mining.sampler}`, () => {
    const images = trainingImages(6, 5)

    test('is the same for the same seed and epoch, and another for any other', async () => {
      assert.deepEqual(await plan(mining, images), await plan(mining, images))
      assert.notDeepEqual((await plan(mining, images)).image, (await plan(mining, images, {seed: 1})).image)
      assert.notDeepEqual((await plan(mining, images)).image, (await plan(mining, images, {epoch: 2})).image)
    })

    test('counts steps, slots and groups from 0 and gives every picture a seed of its own', async () => {
      const table = await plan(mining, images)
      table.step.forEach((step, row) => {
        const first = row === 0 || table.step[row - 1] !== step
        assert.equal(step, row === 0 ? 0 : table.step[row - 1]! + (first ? 1 : 0))
        assert.equal(table.slot[row], first ? 0 : table.slot[row - 1]! + 1)
        if (first) assert.equal(table.group[row], 0)
      })
      // In groups of a class that are anchors to each other, an image is seen in several tuples: one view, one seed.
      const isAnchor = (row: number) => mining.sampler !== 'class-groups' || table.role[row] !== 'positive'
      const seeds = table.seed.filter((_, row) => isAnchor(row))
      assert.equal(new Set(seeds).size, seeds.length)
      assert.equal(new Set(table.seed).size, seeds.length)
    })

    test('keeps learning rate and step seed constant inside a step', async () => {
      const table = await plan(mining, images, {schedule: {name: 'cosine', epochs: 2}})
      const perStep = new Set(Array.from(table.step, (step, row) => `${step} ${table.lr[row]} ${table.stepSeed[row]}`))
      assert.equal(perStep.size, table.step.at(-1)! + 1)
      assert.equal(table.lr[0], 1e-3)
      assert.ok(table.lr.at(-1)! < 1e-3)
      assert.ok(table.momentum.every(Number.isNaN), 'a cosine leaves the momentum alone')
    })
  })
}

describe('a plan that cannot be made', () => {
  test('names every class with a single image', async () => {
    const images = {
      id: Int32Array.of(1, 2, 3, 4),
      label: Int32Array.of(7, 7, 8, 9),
      className: ['a/7', 'a/7', 'b/8', 'b/9'],
    }
    const withoutPositives = ['one-per-class', 'shuffle', 'class-groups', 'views']
    for (const mining of everySampler.filter(({sampler}) => !withoutPositives.includes(sampler))) {
      await assert.rejects(plan(mining, images), {
        name: 'UserError',
        message:
          '2 training classes have a single image, so no positive to learn from:\n  class 8: image 3\n  class 9: image 4\nAdd images to these classes or remove them.',
      })
    }
  })

  test('says so when all images are of one class', async () => {
    await assert.rejects(
      plan(everySampler[1], {id: Int32Array.of(1, 2), label: Int32Array.of(7, 7)}),
      /are of 1 class\(es\); learning/,
    )
  })

  test('a batch that wants more classes than there are gets them all, near ones too', async () => {
    for (const mining of [{sampler: 'classes'}, {sampler: 'near-classes', near_classes: 2}]) {
      const all = await plan({...mining, classes_per_batch: 6, images_per_class: 4}, trainingImages(6, 5))
      assert.deepEqual(await plan({...mining, classes_per_batch: 32, images_per_class: 4}, trainingImages(6, 5)), all)
    }
  })

  test('says so when the images do not fill one batch', async () => {
    await assert.rejects(
      plan({sampler: 'classes', classes_per_batch: 6, images_per_class: 4}, trainingImages(6, 2)),
      /1 pass\(es\) over 12 training images do not fill one batch of 24 images/,
    )
  })
})
