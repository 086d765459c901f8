import assert from 'node:assert/strict'
import {describe, test} from 'node:test'
import fc from 'fast-check'
import type {Slot} from '../../../lib/objectives/samplers/sampler.ts'
import {groupsOf, imagesOf, imagesOfClass, labelOf, ringNeighbours, sampleEpoch} from './fixtures.ts'

const sizes = fc.array(fc.integer({min: 2, max: 9}), {minLength: 4, maxLength: 12})
const cases = fc.record({sizes, seed: fc.nat(), iterations: fc.integer({min: 1, max: 12})})

/** Samplers of classes, with what they promise of every batch. */
const batchSamplers = [
  {
    mining: {sampler: 'classes', classes_per_batch: 3, images_per_class: 2},
    groups: 3,
    images: 6,
    distinctClasses: true,
  },
  {
    mining: {sampler: 'near-classes', classes_per_batch: 3, images_per_class: 2, near_classes: 2},
    groups: 3,
    images: 6,
    distinctClasses: true,
  },
  {mining: {sampler: 'm-per-class', batch_size: 6, images_per_class: 2}, groups: 3, images: 6},
  {
    mining: {sampler: 'samples-per-class', batch_size: 8, images_per_class: 4},
    groups: 2,
    images: 8,
    repeatsImages: true,
  },
  {mining: {sampler: 'class-random', batch_size: 6, images_per_class: 3}, groups: 2, images: 6, repeatsImages: true},
  {mining: {sampler: 'one-per-class', batch_size: 4}, groups: 4, images: 4, distinctClasses: true},
  {
    mining: {sampler: 'class-groups', classes_per_batch: 2, images_per_class: 2, negatives: 0},
    groups: 2,
    images: 4,
    distinctClasses: true,
  },
  {mining: {sampler: 'shuffle', batch_size: 5}, groups: 5, images: 5},
  {mining: {sampler: 'views', images_per_batch: 4, views: 3}, groups: 4, images: 12, repeatsImages: true},
]

for (const {mining, groups, images: size, distinctClasses, repeatsImages} of batchSamplers) {
  describe(`batches of ${mining.sampler}`, () => {
    test(`are ${groups} groups of images of a class each, as many batches as iterations say`, async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ({sizes, seed, iterations}) => {
          const images = imagesOf(...sizes)
          const label = labelOf(images)
          const steps = await sampleEpoch({...mining, iterations}, images, {seed})
          assert.equal(steps.length, iterations)
          for (const step of steps) {
            assert.equal(step.length, size)
            const drawn = groupsOf(step)
            assert.equal(drawn.length, groups)
            const classes = drawn.map((group) => new Set(group.map(({image}) => label(image))))
            for (const own of classes) assert.equal(own.size, 1)
            if (distinctClasses) assert.equal(new Set(classes.flatMap((own) => [...own])).size, groups)
            if (!repeatsImages)
              for (const group of drawn) assert.equal(new Set(group.map(({image}) => image)).size, group.length)
            assert.ok(step.every(({role}) => role === 'member'))
          }
        }),
        {numRuns: 40},
      )
    })

    test('fill the passes over the images that an epoch has', async () => {
      await fc.assert(
        fc.asyncProperty(cases, fc.integer({min: 1, max: 3}), async ({sizes, seed}, passes) => {
          const images = imagesOf(...sizes)
          const steps = await sampleEpoch({...mining, passes}, images, {seed})
          const usable =
            mining.sampler === 'class-groups'
              ? sizes.length * (Math.min(...sizes) - (Math.min(...sizes) % 2))
              : images.id.length
          // In a pass every image comes once, with all its views.
          const perBatch = mining.sampler === 'views' ? groups : size
          const whole = Math.floor((passes * usable) / perBatch)
          const isCut = mining.sampler === 'shuffle' && (passes * usable) % size > 0
          assert.equal(steps.length, whole + (isCut ? 1 : 0))
        }),
        {numRuns: 40},
      )
    })
  })
}

test('balanced batches have whole classes; in a pass every class comes once, but one that would be alone', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({sizes, seed, iterations}) => {
      const images = imagesOf(...sizes)
      const label = labelOf(images)
      const steps = await sampleEpoch(
        {sampler: 'balanced', classes_per_batch: 3, images_per_class: 4, iterations},
        images,
        {seed},
      )
      assert.equal(steps.length, iterations)
      const perPass = Math.ceil((sizes.length - (sizes.length % 3 === 1 ? 1 : 0)) / 3)
      const classes = steps.map((step) => groupsOf(step).map((group) => label(group[0]!.image)))
      const pass = classes.slice(0, perPass).flat()
      assert.equal(new Set(pass).size, pass.length)
      if (iterations >= perPass) assert.equal(pass.length, sizes.length - (sizes.length % 3 === 1 ? 1 : 0))
      for (const group of steps.flatMap(groupsOf)) {
        const own = imagesOfClass(images, label(group[0]!.image))
        assert.equal(group.length, 4)
        assert.equal(new Set(group.map(({image}) => image)).size, Math.min(4, own.length))
        assert.ok(group.every(({image}) => own.includes(image)))
      }
    }),
    {numRuns: 40},
  )
})

test('views has different images in a batch, each as often as there are views, and every image once a pass', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({sizes, seed}) => {
      const images = imagesOf(...sizes)
      const steps = await sampleEpoch({sampler: 'views', images_per_batch: 3, views: 2, passes: 1}, images, {seed})
      const firsts = steps.map((step) => groupsOf(step).map((group) => group[0]!.image))
      steps.forEach((step, i) => {
        for (const group of groupsOf(step)) assert.equal(new Set(group.map(({image}) => image)).size, 1)
        assert.equal(step.length, 2 * new Set(firsts[i]).size)
      })
      assert.equal(new Set(firsts.flat()).size, 3 * Math.floor(images.id.length / 3))
    }),
  )
})

test('shuffle has every image once a pass, and leaves out a last batch that is not full when told so', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({sizes, seed}) => {
      const images = imagesOf(...sizes)
      const all = (await sampleEpoch({sampler: 'shuffle', batch_size: 4}, images, {seed})).flat()
      assert.deepEqual(
        all.map(({image}) => image).sort((a, b) => a - b),
        [...images.id],
      )
      const cut = await sampleEpoch({sampler: 'shuffle', batch_size: 4, drop_last: true}, images, {seed})
      assert.deepEqual(cut.flat(), all.slice(0, all.length - (all.length % 4)))
    }),
    {numRuns: 40},
  )
})

test('samples-per-class never takes a class of the two groups before, but after the very first group', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({sizes, seed}) => {
      const images = imagesOf(...sizes)
      const label = labelOf(images)
      const mining = {sampler: 'samples-per-class', batch_size: 4, images_per_class: 2, iterations: 20}
      const groups = (await sampleEpoch(mining, images, {seed})).flatMap(groupsOf)
      const classes = groups.map((group) => label(group[0]!.image))
      for (let i = 3; i < classes.length; i++) assert.ok(!classes.slice(i - 2, i).includes(classes[i]!), `${classes}`)
    }),
    {numRuns: 40},
  )
})

test('hierarchical batches share their places out equally among super-classes, all combinations in turn', async () => {
  const images = imagesOf(3, 3, 3, 3, 3, 3)
  const superOf = (image: number) => (labelOf(images)(image) - 100) % 3
  const named = {...images, className: [...images.label].map((label) => `super ${(label - 100) % 3}/${label}`)}
  const mining = {sampler: 'hierarchical', batch_size: 8, images_per_class: 2, iterations: 6}
  for (let seed = 0; seed < 20; seed++) {
    const steps = await sampleEpoch(mining, named, {seed})
    const combinations = steps.map((step) => {
      const counts = [0, 1, 2].map((one) => step.filter(({image}) => superOf(image) === one).length)
      assert.deepEqual([...counts].sort(), [0, 4, 4])
      return counts.indexOf(0)
    })
    for (const pass of [combinations.slice(0, 3), combinations.slice(3)]) assert.deepEqual([...pass].sort(), [0, 1, 2])
    for (const group of steps.flatMap(groupsOf)) assert.equal(new Set(group.map(({image}) => image)).size, 2)
  }
})

test('hierarchical takes all images of a class that has too few, and more classes instead', async () => {
  const images = imagesOf(2, 2, 2, 5, 5)
  const named = {...images, className: [...images.label].map((label) => `one/${label}`)}
  const mining = {
    sampler: 'hierarchical',
    batch_size: 4,
    images_per_class: 4,
    super_classes_per_batch: 1,
    iterations: 30,
  }
  for (const step of await sampleEpoch(mining, named)) {
    const lengths = groupsOf(step).map((group) => group.length)
    assert.ok(String(lengths) === '4' || String(lengths) === '2,2', `${lengths}`)
  }
})

/** Samplers of tuples, with the numbers of positives and negatives in each. */
const tupleSamplers = [
  {mining: {sampler: 'hard-triplets', triplets_per_batch: 5}, perBatch: 5, positives: 1, negatives: 1},
  {mining: {sampler: 'random-triplets', triplets_per_batch: 5}, perBatch: 5, positives: 1, negatives: 1},
  {mining: {sampler: 'distance-weighted', tuples_per_batch: 3}, perBatch: 3, positives: 1, negatives: 4},
  {mining: {sampler: 'cluster-negatives', tuples_per_batch: 3}, perBatch: 3, positives: 1, negatives: 4},
]

for (const {mining, perBatch, positives, negatives} of tupleSamplers) {
  describe(`tuples of ${mining.sampler}`, () => {
    const roles = ['anchor', ...Array(positives).fill('positive'), ...Array(negatives).fill('negative')]

    test('have positives of the class of their anchor, negatives of others, and no image twice', async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ({sizes, seed, iterations}) => {
          const images = imagesOf(...sizes)
          const label = labelOf(images)
          const steps = await sampleEpoch({...mining, iterations}, images, {
            seed,
            neighbours: ringNeighbours(images, 4),
          })
          assert.deepEqual(
            steps.map((step) => groupsOf(step).length),
            Array(iterations).fill(perBatch),
          )
          for (const group of steps.flatMap(groupsOf)) {
            assert.deepEqual(
              group.map(({role}) => role),
              roles,
            )
            assert.equal(new Set(group.map(({image}) => image)).size, group.length)
            for (const {role, image} of group)
              assert.equal(label(image) === label(group[0]!.image), role !== 'negative')
          }
        }),
        {numRuns: 40},
      )
    })

    test('have every image as anchor once a pass, the last batch being smaller', async () => {
      await fc.assert(
        fc.asyncProperty(cases, fc.integer({min: 1, max: 3}), async ({sizes, seed}, passes) => {
          const images = imagesOf(...sizes)
          const steps = await sampleEpoch({...mining, passes}, images, {seed})
          const anchors = steps.flat().filter(({role}) => role === 'anchor')
          assert.deepEqual(
            anchors.map(({image}) => image).sort((a, b) => a - b),
            [...images.id].flatMap((image) => Array<number>(passes).fill(image)),
          )
          assert.equal(steps.length, Math.ceil(anchors.length / perBatch))
        }),
        {numRuns: 40},
      )
    })
  })
}

test('tuples of class-groups: every image of a group is anchor to the others, in the same view, with negatives of its own', async () => {
  const images = imagesOf(8, 9, 4, 3, 5)
  const label = labelOf(images)
  const neighbours = ringNeighbours(images, 2)
  const mining = {sampler: 'class-groups', negatives: 2, iterations: 10}
  for (const step of await sampleEpoch(mining, images, {neighbours})) {
    const tuples = groupsOf(step)
    assert.equal(tuples.length, 8)
    const anchors = tuples.map(([anchor]) => anchor!)
    for (const [at, tuple] of tuples.entries()) {
      const of = (role: string) => tuple.filter((slot) => slot.role === role)
      const mates = anchors.filter((other, i) => Math.floor(i / 4) === Math.floor(at / 4) && other !== anchors[at])
      assert.deepEqual(
        of('positive').map(({image, view}) => [image, view]),
        mates.map(({image, view}) => [image, view]),
      )
      const own = anchors[at]!.image
      assert.deepEqual(
        of('negative').map(({image}) => image),
        [...neighbours.neighbour].filter((_, row) => neighbours.anchor[row] === own),
      )
      assert.ok(tuple.every(({role, image}) => (label(image) === label(own)) === (role !== 'negative')))
    }
    assert.equal(new Set(anchors.map(({view}: Slot) => view)).size, 8)
    assert.ok(
      anchors.every(({image}) => label(image) !== 103),
      'the class with 3 images is left out',
    )
  }
})
