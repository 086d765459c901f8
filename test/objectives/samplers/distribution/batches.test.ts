import {describe, test} from 'node:test'
import {assertFits, orderedPairs, uniform} from '../chi-square.ts'
import {firstBatches, groupsOf, imagesOf, imagesOfClass, labelOf, ringNeighbours, sampleEpoch} from '../fixtures.ts'
import {byCondition, classesOf, classOf, idsOf} from './draws.ts'

// All tests here: false alarm 1 in 10,000 for a right sampler, were the seeds drawn anew.

describe('batches of classes (chi-square, false alarm 1 in 10,000)', () => {
  const images = imagesOf(3, 4, 3, 5)
  const classes = [100, 101, 102, 103]

  for (const sampler of ['classes', 'near-classes', 'balanced']) {
    const mining = {sampler, classes_per_batch: 2, images_per_class: 2, near_share: 0}
    const {near_share, ...plain} = mining
    const given = sampler === 'near-classes' ? mining : plain

    test(`${sampler}: the first batch has every pair of classes in every order, and in a class every pair of images`, async () => {
      const batches = await firstBatches(4000, given, images)
      assertFits({drawn: batches.map((batch) => classesOf(images, batch)), chances: uniform(orderedPairs(classes))})
      const groups = batches.flatMap(groupsOf)
      assertFits(
        ...byCondition(
          groups.map((group) => ({given: String(classOf(images, group)), drawn: idsOf(group)})),
          (own) => uniform(orderedPairs(imagesOfClass(images, Number(own)))),
        ),
      )
    })
  }

  test('near-classes: a group begins with every class equally often, and goes on with the class most confused with it', async () => {
    const even = imagesOf(2, 2, 2, 2)
    const pairs = {...ringNeighbours(even, 1)}
    const own = labelOf(even)
    // Every image's nearest is one of the class 2 above: 100 with 102, 101 with 103.
    const neighbour = pairs.anchor.map((anchor) => imagesOfClass(even, 100 + ((own(anchor) - 100 + 2) % 4))[0]!)
    const mining = {
      sampler: 'near-classes',
      classes_per_batch: 2,
      images_per_class: 2,
      near_share: 1,
      near_classes: 2,
    }
    const batches = await firstBatches(2000, mining, even, {...pairs, neighbour})
    const chances = uniform(['100 102', '102 100', '101 103', '103 101'])
    assertFits({drawn: batches.map((batch) => classesOf(even, batch)), chances})
  })

  test('one-per-class: every pair of classes, and every image of a class', async () => {
    const batches = await firstBatches(4000, {sampler: 'one-per-class', batch_size: 2}, images)
    assertFits({drawn: batches.map((batch) => classesOf(images, batch)), chances: uniform(orderedPairs(classes))})
    const slots = batches.flat().map(({image}) => ({given: String(labelOf(images)(image)), drawn: String(image)}))
    assertFits(...byCondition(slots, (own) => uniform(imagesOfClass(images, Number(own)).map(String))))
  })

  test('shuffle: every pair of images in every order', async () => {
    const few = imagesOf(3, 2)
    const batches = await firstBatches(4000, {sampler: 'shuffle', batch_size: 2}, few)
    assertFits({drawn: batches.map(idsOf), chances: uniform(orderedPairs([...few.id]))})
  })

  test('views: every pair of images in every order', async () => {
    const few = imagesOf(3, 2)
    const batches = await firstBatches(4000, {sampler: 'views', images_per_batch: 2}, few)
    const drawn = batches.map((batch) =>
      groupsOf(batch)
        .map((group) => group[0]!.image)
        .join(' '),
    )
    assertFits({drawn, chances: uniform(orderedPairs([...few.id]))})
  })

  test('views: every pair of images in every order, each with its views together', async () => {
    const few = imagesOf(3, 2)
    const batches = await firstBatches(4000, {sampler: 'views', images_per_batch: 2, views: 2}, few)
    const chances = orderedPairs([...few.id]).map((pair) => pair.replace(/(\d+) (\d+)/, '$1 $1 $2 $2'))
    assertFits({drawn: batches.map(idsOf), chances: uniform(chances)})
  })

  test('balanced: the class that is left over at the end of a pass is every one equally often; small classes repeat any image', async () => {
    const five = imagesOf(3, 2, 3, 3, 3)
    const mining = {sampler: 'balanced', classes_per_batch: 2, images_per_class: 3, iterations: 2}
    const epochs = await Promise.all(Array.from({length: 2000}, (_, seed) => sampleEpoch(mining, five, {seed})))
    const leftOut = epochs.map((steps) => {
      const seen = steps.flatMap(groupsOf).map((group) => classOf(five, group))
      return [100, 101, 102, 103, 104].filter((own) => !seen.includes(own)).join(' ')
    })
    assertFits({drawn: leftOut, chances: uniform(['100', '101', '102', '103', '104'])})
    const small = epochs
      .flat()
      .flatMap(groupsOf)
      .filter((group) => classOf(five, group) === 101)
    const [a, b] = imagesOfClass(five, 101)
    assertFits({
      drawn: small.map(idsOf),
      chances: uniform([`${a} ${b} ${a}`, `${a} ${b} ${b}`, `${b} ${a} ${a}`, `${b} ${a} ${b}`]),
    })
  })
})
