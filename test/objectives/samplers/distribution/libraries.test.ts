import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import {assertFits, orderedPairs, type Sample, uniform} from '../chi-square.ts'
import {firstBatches, groupsOf, imagesOf, imagesOfClass, labelOf, sampleEpoch} from '../fixtures.ts'
import {byCondition, classesOf, classOf, idsOf} from './draws.ts'

// All tests here: false alarm 1 in 10,000 for a right sampler, were the seeds drawn anew.

describe('m-per-class (chi-square, false alarm 1 in 10,000)', () => {
  const images = imagesOf(2, 3, 4)
  const mining = {sampler: 'm-per-class', batch_size: 6, images_per_class: 3, iterations: 2}

  test('a batch that straddles two passes has the last class of one and any class of the next', async () => {
    const epochs = await Promise.all(Array.from({length: 3000}, (_, seed) => sampleEpoch(mining, images, {seed})))
    // Batch 0: two different classes. Batch 1: the third one, then the first of a new pass: any, the same one too.
    const drawn = epochs.map(
      (steps) => `${classesOf(images, steps[0]!)}, ${groupsOf(steps[1]!).map((group) => classOf(images, group))[1]}`,
    )
    const chances = orderedPairs([100, 101, 102]).flatMap((pair) => [100, 101, 102].map((next) => `${pair}, ${next}`))
    assertFits({drawn, chances: uniform(chances)})
  })

  test('a class with m images or more gives different ones, a smaller one draws each of them anew', async () => {
    const groups = (await firstBatches(4000, mining, images)).flatMap(groupsOf)
    const orders = (own: number) => {
      const ids = imagesOfClass(images, own)
      const all = ids.flatMap((a) => ids.flatMap((b) => ids.map((c) => [a, b, c])))
      return all.filter((some) => ids.length < 3 || new Set(some).size === 3).map((some) => some.join(' '))
    }
    assertFits(
      ...byCondition(
        groups.map((group) => ({given: String(classOf(images, group)), drawn: idsOf(group)})),
        (own) => uniform(orders(Number(own))),
      ),
    )
  })
})

describe('class-random (chi-square, false alarm 1 in 10,000)', () => {
  test('classes are independent draws, and so are images of a class', async () => {
    const images = imagesOf(2, 3, 4)
    const batches = await firstBatches(4000, {sampler: 'class-random', batch_size: 4, images_per_class: 2}, images)
    const pairs = [100, 101, 102].flatMap((a) => [100, 101, 102].map((b) => `${a} ${b}`))
    assertFits({drawn: batches.map((batch) => classesOf(images, batch)), chances: uniform(pairs)})
    const groups = batches.flatMap(groupsOf)
    const twice = (own: number) => {
      const ids = imagesOfClass(images, own)
      return uniform(ids.flatMap((a) => ids.map((b) => `${a} ${b}`)))
    }
    assertFits(
      ...byCondition(
        groups.map((group) => ({given: String(classOf(images, group)), drawn: idsOf(group)})),
        (own) => twice(Number(own)),
      ),
    )
  })

  test('with one image a class it draws images by the inverse frequency of their class', async () => {
    const images = imagesOf(1, 5)
    const steps = await sampleEpoch(
      {sampler: 'class-random', batch_size: 10, images_per_class: 1, iterations: 300},
      images,
    )
    const label = labelOf(images)
    const chances = new Map([...images.id].map((image) => [String(image), label(image) === 100 ? 1 / 2 : 1 / 10]))
    assertFits({drawn: steps.flat().map(({image}) => String(image)), chances})
  })
})

describe('samples-per-class (chi-square, false alarm 1 in 10,000)', () => {
  test('groups are those of the original with one worker: chances counted over all orders of its indices', async () => {
    const images = imagesOf(3, 1 + 1, 2)
    const byClass = [100, 101, 102].map((own) => imagesOfClass(images, own))
    const chances = new Map<string, number>()
    const orders = permutations([...images.id.keys()])
    for (const order of orders) {
      for (const visited of byClass.keys()) {
        const outcome = original(order, byClass, visited)
        chances.set(outcome, (chances.get(outcome) ?? 0) + 1 / orders.length / byClass.length)
      }
    }
    const mining = {sampler: 'samples-per-class', batch_size: 6, images_per_class: 2}
    const batches = await firstBatches(20_000, mining, images)
    // Classes of all three groups and images of the second: the joint outcome of everything would be too rare to count.
    const drawn = batches.map((batch) => `${classesOf(images, batch)}: ${idsOf(groupsOf(batch)[1]!)}`)
    assertFits(pool({drawn, chances}, 5))
  })

  /** Deep-Metric-Learning-Baselines, BaseTripletDataset.__getitem__, called with one index after another. */
  function original(indices: readonly number[], byClass: readonly number[][], random: number): string {
    let [current, visited, count, isInit] = [random, [random, random], 0, true]
    const classes: number[] = []
    const images: number[] = []
    for (const idx of indices.slice(0, 6)) {
      if (isInit) {
        current = idx % byClass.length
        classes.push(current)
        isInit = false
      }
      if (count === 2) {
        const counter = [...byClass.keys()].filter((own) => !visited.includes(own))
        current = counter[idx % counter.length]!
        visited = [visited[1]!, current]
        classes.push(current)
        count = 0
      }
      images.push(byClass[current]![idx % byClass[current]!.length]!)
      count++
    }
    return `${classes.map((own) => own + 100).join(' ')}: ${images.slice(2, 4).join(' ')}`
  }

  /** Outcomes that are expected fewer than `least` times are counted as one. */
  function pool({drawn, chances}: Sample, least: number): Sample {
    const isRare = (outcome: string) => (chances.get(outcome) ?? 0) * drawn.length < least && chances.has(outcome)
    const rare = [...chances].filter(([outcome]) => isRare(outcome))
    const rest = rare.reduce((sum, [, chance]) => sum + chance, 0)
    return {
      drawn: drawn.map((outcome) => (isRare(outcome) ? 'rare' : outcome)),
      chances: new Map([
        ...[...chances].filter(([outcome]) => !isRare(outcome)),
        ...(rest > 0 ? [['rare', rest] as const] : []),
      ]),
    }
  }

  function permutations(items: readonly number[]): number[][] {
    if (items.length === 0) return [[]]
    return items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))
  }
})

test('hierarchical: every combination of super-classes, in it every class, of it every pair of images (chi-square, false alarm 1 in 10,000)', async () => {
  const images = imagesOf(3, 2, 2, 3, 2, 2)
  const kinds = ['x', 'y', 'z']
  const named = {...images, className: [...images.label].map((own) => `${kinds[own % 3]}/${own}`)}
  const mining = {sampler: 'hierarchical', batch_size: 4, images_per_class: 2}
  const batches = await firstBatches(4000, mining, named)
  // Classes 100 and 103 are of x, 101 and 104 of y, 102 and 105 of z.
  const chances = [
    [0, 1],
    [0, 2],
    [1, 2],
  ].flatMap(([a, b]) => [a!, a! + 3].flatMap((one) => [b!, b! + 3].map((other) => `${100 + one} ${100 + other}`)))
  assertFits({drawn: batches.map((batch) => classesOf(named, batch)), chances: uniform(chances)})
  const groups = batches.flatMap(groupsOf)
  assertFits(
    ...byCondition(
      groups.map((group) => ({given: String(classOf(named, group)), drawn: idsOf(group)})),
      (own) => uniform(orderedPairs(imagesOfClass(named, Number(own)))),
    ),
  )
})

test('class-groups: every pair of classes, and of a class every pair of images (chi-square, false alarm 1 in 10,000)', async () => {
  const images = imagesOf(3, 4, 3, 1)
  const mining = {sampler: 'class-groups', classes_per_batch: 2, images_per_class: 2, negatives: 0}
  const batches = await firstBatches(4000, mining, images)
  // The class with one image cannot fill a group and is left out.
  assertFits({drawn: batches.map((batch) => classesOf(images, batch)), chances: uniform(orderedPairs([100, 101, 102]))})
  assertFits(
    ...byCondition(
      batches.flatMap(groupsOf).map((group) => ({given: String(classOf(images, group)), drawn: idsOf(group)})),
      (own) => uniform(orderedPairs(imagesOfClass(images, Number(own)))),
    ),
  )
  assert.ok(batches.every((batch) => batch.length === 4))
})
