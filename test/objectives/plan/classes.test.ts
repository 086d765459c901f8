import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import type {Plan} from '../../../lib/objectives/plan.ts'
import {countBy, groupsOf, labelsOf, plan, trainingImages} from './plans.ts'

const spread = (counts: Map<unknown, number>) => Math.max(...counts.values()) - Math.min(...counts.values())

for (const sampler of ['classes', 'near-classes'] as const) {
  describe(`class batches of ${sampler}`, () => {
    test('have whole batches of different classes, as many as the passes fill', async () => {
      const images = trainingImages(10, 6)
      const table = await plan({sampler, classes_per_batch: 4, images_per_class: 3, passes: 2}, images)
      assert.deepEqual([...countBy(table.step).values()], Array(10).fill(12))
      const labels = labelsOf(images)
      for (const {images: members, roles} of groupsOf(table)) {
        assert.deepEqual(roles, ['member', 'member', 'member'])
        assert.equal(new Set(members).size, 3)
        assert.equal(new Set(members.map((image) => labels.get(image))).size, 1)
      }
      for (const [step, classes] of classesPerStep(table, labels)) assert.equal(classes.length, 4, `step ${step}`)
    })

    test('use classes and images about equally often over the epoch', async () => {
      const shapes = fc.record({
        classes: fc.integer({min: 8, max: 30}),
        perClass: fc.integer({min: 4, max: 9}),
        seed: fc.nat(),
      })
      await fc.assert(
        fc.asyncProperty(shapes, async ({classes, perClass, seed}) => {
          const images = trainingImages(classes, perClass)
          const shape = {sampler, classes_per_batch: 8, images_per_class: 2, passes: 4}
          const table = await plan(shape, images, {seed})
          const labels = labelsOf(images)
          const uses = countBy([...classesPerStep(table, labels).values()].flat())
          assert.equal(uses.size, classes)
          assert.ok(spread(uses) <= 4, `classes: ${[...uses.values()]}`)
          assert.equal(new Set(table.image).size, images.id.length)
        }),
        {numRuns: 30},
      )
    })

    test('repeat images of a class that has too few', async () => {
      const images = trainingImages(4, 2)
      const table = await plan({sampler, classes_per_batch: 2, images_per_class: 3}, images)
      for (const {images: members} of groupsOf(table)) assert.equal(new Set(members).size, 2)
    })
  })
}

function classesPerStep(table: Plan, labels: Map<number, number>): Map<number, number[]> {
  const classes = new Map<number, Set<number>>()
  table.step.forEach((step, row) => {
    classes.set(step, (classes.get(step) ?? new Set()).add(labels.get(table.image[row]!)!))
  })
  return new Map([...classes].map(([step, members]) => [step, [...members]]))
}

describe('near classes', () => {
  const shape = {classes_per_batch: 8, images_per_class: 2}

  test('put a class beside those that its images are nearest to', async () => {
    const images = trainingImages(24, 4)
    const together = async (mining: object) => {
      const table = await plan({...shape, ...mining}, images)
      const perStep = [...classesPerStep(table, labelsOf(images)).values()]
      const neighbours = perStep.map(
        (classes) => classes.filter((own) => classes.includes(100 + ((own - 100 + 1) % 24))).length,
      )
      return neighbours.reduce((sum, count) => sum + count, 0) / perStep.length
    }
    const [near, random] = [
      await together({sampler: 'near-classes', near_classes: 4, near_share: 1}),
      await together({sampler: 'classes'}),
    ]
    // Random: each of 8 classes has its follower among the 7 others of 23 with chance 7/23, so 2.4; near: most of 8.
    assert.ok(near > 4.5 && random < 3.5, `${near} and ${random}`)
  })

  test('before from_epoch, and with a share of 0, plan exactly what plain classes plan', async () => {
    const images = trainingImages(24, 4)
    const plain = await plan({sampler: 'classes', ...shape}, images, {epoch: 2})
    assert.deepEqual(await plan({sampler: 'near-classes', ...shape, from_epoch: 3}, images, {epoch: 2}), plain)
    assert.deepEqual(await plan({sampler: 'near-classes', ...shape, near_share: 0}, images, {epoch: 2}), plain)
    assert.notDeepEqual(await plan({sampler: 'near-classes', ...shape, from_epoch: 2}, images, {epoch: 2}), plain)
  })
})
