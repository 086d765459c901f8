import {describe, test} from 'node:test'
import type {Slot} from '../../../../lib/objectives/samplers/sampler.ts'
import {assertFits, orderedPairs, uniform} from '../chi-square.ts'
import {firstBatches, groupsOf, imagesOf, imagesOfClass, labelOf, ringNeighbours, sampleEpoch} from '../fixtures.ts'
import {byCondition, idsOf} from './draws.ts'

// All tests here: false alarm 1 in 10,000 for a right sampler, were the seeds drawn anew.

describe('triplets (chi-square, false alarm 1 in 10,000)', () => {
  const images = imagesOf(4, 3, 2)
  const label = labelOf(images)
  const long = {triplets_per_batch: 9, iterations: 300}
  const triplets = (steps: Slot[][]) =>
    steps.flatMap(groupsOf).map((group) => group.map(({image}) => image) as [number, number, number])

  test('random: every other image of the class is positive, and every image of another class negative, equally often', async () => {
    const drawn = triplets(await sampleEpoch({sampler: 'random-triplets', ...long}, images))
    const others = (anchor: number) =>
      imagesOfClass(images, label(anchor))
        .filter((image) => image !== anchor)
        .flatMap((positive) =>
          [...images.id].filter((image) => label(image) !== label(anchor)).map((negative) => `${positive} ${negative}`),
        )
    assertFits(
      ...byCondition(
        drawn.map(([anchor, ...rest]) => ({given: String(anchor), drawn: rest.join(' ')})),
        (anchor) => uniform(others(Number(anchor))),
      ),
    )
  })

  test('hard: every image of the pool is negative equally often', async () => {
    const neighbours = ringNeighbours(images, 4)
    const drawn = triplets(await sampleEpoch({sampler: 'hard-triplets', pool: 3, ...long}, images, {neighbours}))
    const pool = (anchor: number) =>
      [...neighbours.neighbour].filter((_, row) => neighbours.anchor[row] === anchor && neighbours.rank[row]! < 3)
    assertFits(
      ...byCondition(
        drawn.map(([anchor, , negative]) => ({given: String(anchor), drawn: String(negative)})),
        (anchor) => uniform(pool(Number(anchor)).map(String)),
      ),
    )
  })

  test('anchors come in every order equally often', async () => {
    const few = imagesOf(2, 2)
    const orders = orderedPairs([...few.id])
    const batches = await firstBatches(4000, {sampler: 'random-triplets', triplets_per_batch: 2}, few)
    const drawn = batches.map((batch) => idsOf(batch.filter(({role}) => role === 'anchor')))
    assertFits({drawn, chances: uniform(orders)})
  })
})

for (const sampler of ['distance-weighted', 'cluster-negatives']) {
  test(`tuples of ${sampler}: every set of positives comes equally often (chi-square, false alarm 1 in 10,000)`, async () => {
    const images = imagesOf(4, 4)
    const steps = await sampleEpoch({sampler, positives: 2, tuples_per_batch: 8, iterations: 300}, images)
    const draws = steps.flatMap(groupsOf).map((group) => ({
      given: String(group[0]!.image),
      drawn: idsOf(group.filter(({role}) => role === 'positive')),
    }))
    const others = (anchor: number) =>
      imagesOfClass(images, labelOf(images)(anchor)).filter((image) => image !== anchor)
    assertFits(...byCondition(draws, (anchor) => uniform(orderedPairs(others(Number(anchor))))))
  })
}
