import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import type {Plan} from '../../../lib/objectives/plan.ts'
import {countBy, everySampler, groupsOf, labelsOf, plan, ringNeighbours, trainingImages} from './plans.ts'

for (const mining of everySampler.slice(0, 2)) {
  describe(`triplets of ${mining.sampler}`, () => {
    const images = trainingImages(6, 5)
    const labels = labelsOf(images)

    test('have every training image as anchor once, in batches of which only the last is smaller', async () => {
      const table = await plan(mining, images)
      const anchors = table.image.filter((_, row) => table.role[row] === 'anchor')
      assert.deepEqual(
        [...anchors].sort((a, b) => a - b),
        [...images.id],
      )
      assert.notDeepEqual([...anchors], [...images.id])
      assert.deepEqual([...countBy(table.step).values()], [21, 21, 21, 21, 6])
    })

    test('have another image of the class as positive and one of another class as negative', async () => {
      for (const {
        roles,
        images: [anchor, positive, negative],
      } of groupsOf(await plan(mining, images))) {
        assert.deepEqual(roles, ['anchor', 'positive', 'negative'])
        assert.notEqual(positive, anchor)
        assert.equal(labels.get(positive!), labels.get(anchor!))
        assert.notEqual(labels.get(negative!), labels.get(anchor!))
      }
    })

    test('have every other image of the class as positive about equally often', async () => {
      const positives: number[] = []
      for (let seed = 0; seed < 200; seed++) {
        const group = groupsOf(await plan(mining, images, {seed})).find(({images: [anchor]}) => anchor === images.id[0])
        positives.push(group!.images[1]!)
      }
      // 200 draws of 4: 50 each on average with a standard deviation of 6, so 4 deviations either way.
      const counts = countBy(positives)
      assert.equal(counts.size, 4)
      for (const count of counts.values()) assert.ok(count > 25 && count < 75, `${count}`)
    })
  })
}

describe('negatives', () => {
  test('of hard triplets come from the pool nearest neighbours of the anchor, all of them about equally often', async () => {
    const images = trainingImages(6, 5)
    const pool = 3
    const neighbours = ringNeighbours(images, 8)
    const allowed = new Set(
      neighbours.neighbour.filter((_, row) => neighbours.anchor[row] === images.id[0] && neighbours.rank[row]! < pool),
    )
    const negatives: number[] = []
    for (let seed = 0; seed < 150; seed++) {
      const table = await plan({sampler: 'hard-triplets', pool}, images, {seed})
      negatives.push(groupsOf(table).find(({images: [anchor]}) => anchor === images.id[0])!.images[2]!)
    }
    const counts = countBy(negatives)
    assert.deepEqual(new Set(counts.keys()), allowed)
    // 150 draws of 3: 50 each with a standard deviation of 6.
    for (const count of counts.values()) assert.ok(count > 25 && count < 75, `${count}`)
  })

  test('of hard triplets are drawn among fewer when there are fewer than pool', async () => {
    const table = await plan({sampler: 'hard-triplets', pool: 30}, trainingImages(3, 2), {pool: 2})
    assert.equal(table.image.length, 6 * 3)
  })

  test('are the only difference between hard and random triplets', async () => {
    const images = trainingImages(6, 5)
    const [hard, random] = [
      await plan({sampler: 'hard-triplets'}, images),
      await plan({sampler: 'random-triplets'}, images),
    ]
    const withoutNegatives = (table: Plan) => ({
      ...table,
      image: table.image.filter((_, row) => table.role[row] !== 'negative'),
    })
    assert.deepEqual(withoutNegatives(hard), withoutNegatives(random))
    assert.notDeepEqual(hard.image, random.image)
  })
})
