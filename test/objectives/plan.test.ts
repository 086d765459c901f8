import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import {type MiningSpec, miningParameters} from '../../lib/objectives/parameters/mining.ts'
import {scheduleParameters} from '../../lib/objectives/parameters/schedule.ts'
import {type Plan, planEpoch} from '../../lib/objectives/plan.ts'
import type {NeighbourRows, TrainingImages} from '../../lib/objectives/samplers/sampler.ts'

/** `classes` classes of `perClass` images; ids have gaps, classes are interleaved. */
function trainingImages(classes: number, perClass: number): TrainingImages {
  const id = Int32Array.from({length: classes * perClass}, (_, row) => 10 + 3 * row)
  const label = id.map((_, row) => 100 + (row % classes))
  return {id, label, className: Array.from(label, (own) => `${own % 2}/${own}`)}
}

/** Neighbours by class: those of the class `distance` above, then of the next. */
function ringNeighbours({id, label}: TrainingImages, count: number): NeighbourRows {
  const classes = new Set(label).size
  const rows = Array.from(id, (anchor, row) => {
    const near = [1, 2].flatMap((step) =>
      [...id].filter((_, other) => label[other]! - 100 === (label[row]! - 100 + step) % classes),
    )
    return near.slice(0, count).map((neighbour, rank) => ({anchor, rank, neighbour}))
  }).flat()
  return {
    anchor: Int32Array.from(rows, ({anchor}) => anchor),
    rank: Int32Array.from(rows, ({rank}) => rank),
    neighbour: Int32Array.from(rows, ({neighbour}) => neighbour),
    distance: new Float32Array(rows.length),
  }
}

function plan(
  mining: unknown,
  images: TrainingImages,
  options: {seed?: number; epoch?: number; schedule?: unknown; pool?: number} = {},
): Promise<Plan> {
  return planEpoch({
    mining: miningParameters.parse(mining),
    schedule: scheduleParameters.parse(options.schedule ?? {name: 'constant'}),
    learningRate: 1e-3,
    images,
    neighbours: ringNeighbours(images, options.pool ?? 8),
    seed: options.seed ?? 0,
    epoch: options.epoch ?? 1,
  })
}

/** The plan's rows as text of one step and group each: `anchor 10`. */
function groupsOf(table: Plan): {step: number; roles: string[]; images: number[]}[] {
  const groups = new Map<string, {step: number; roles: string[]; images: number[]}>()
  table.step.forEach((step, row) => {
    const key = `${step}/${table.group[row]}`
    const group = groups.get(key) ?? {step, roles: [], images: []}
    group.roles.push(table.role[row]!)
    group.images.push(table.image[row]!)
    groups.set(key, group)
  })
  return [...groups.values()]
}

const labelsOf = ({id, label}: TrainingImages) => new Map(Array.from(id, (image, row) => [image, label[row]!]))
const countBy = <T>(items: Iterable<T>) => {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
const spread = (counts: Map<unknown, number>) => Math.max(...counts.values()) - Math.min(...counts.values())

const everySampler: MiningSpec[] = [
  {sampler: 'hard-triplets', triplets_per_batch: 7},
  {sampler: 'random-triplets', triplets_per_batch: 7},
  {sampler: 'classes', classes_per_batch: 4, images_per_class: 2},
  {sampler: 'near-classes', classes_per_batch: 4, images_per_class: 2, near_classes: 2},
  {sampler: 'distance-weighted', tuples_per_batch: 7},
  {sampler: 'cluster-negatives', tuples_per_batch: 7},
  {sampler: 'm-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'samples-per-class', batch_size: 8, images_per_class: 2},
  {sampler: 'class-random', batch_size: 8, images_per_class: 2},
  {sampler: 'balanced', classes_per_batch: 3, images_per_class: 2},
  {sampler: 'hierarchical', batch_size: 8, images_per_class: 2},
  {sampler: 'class-groups', images_per_class: 3},
  {sampler: 'one-per-class', batch_size: 4},
  {sampler: 'shuffle', batch_size: 8},
  {sampler: 'views', images_per_batch: 5, views: 2},
].map((mining) => miningParameters.parse(mining))

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
