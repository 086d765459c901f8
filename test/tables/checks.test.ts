import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {type TestContext, test} from 'node:test'
import {type BatchesTable, checkBatches, writeBatches} from '../../lib/tables/batches.ts'
import {checkDescriptors, type DescriptorsTable, writeDescriptors} from '../../lib/tables/descriptors.ts'
import {checkImages, type ImagesTable} from '../../lib/tables/images.ts'
import {checkMembers, type MembersTable, writeMembers} from '../../lib/tables/members.ts'
import {checkNeighbours, type NeighboursTable, writeNeighbours} from '../../lib/tables/neighbours.ts'
import {checkQueries, type QueriesTable, queriesDefinition, writeQueries} from '../../lib/tables/queries.ts'
import {checkSteps, type StepsTable, writeSteps} from '../../lib/tables/steps.ts'
import {writeTable} from '../../lib/tables/write.ts'
import {
  someBatches,
  someDescriptors,
  someImages,
  someMembers,
  someNeighbours,
  someQueries,
  someSteps,
  temporaryFolder,
  writeSomeImages,
} from './fixtures.ts'

// Problems come kind by kind, in the order in which each kind was first met.
const check = {
  images: async (t: TestContext, changes: Partial<ImagesTable> = {}) =>
    checkImages(await writeSomeImages(temporaryFolder(t)('images.arrow'), changes)),
  descriptors: async (t: TestContext, changes: Partial<DescriptorsTable> = {}) => {
    const at = temporaryFolder(t)
    await writeDescriptors(at('descriptors.arrow'), {...someDescriptors(), ...changes})
    return checkDescriptors(at('descriptors.arrow'), await writeSomeImages(at('images.arrow')), 'train')
  },
  neighbours: async (t: TestContext, changes: Partial<NeighboursTable> = {}) => {
    const at = temporaryFolder(t)
    await writeNeighbours(at('neighbours.arrow'), {...someNeighbours(), ...changes})
    return checkNeighbours(at('neighbours.arrow'), await writeSomeImages(at('images.arrow')))
  },
  batches: async (t: TestContext, changes: Partial<BatchesTable> = {}) => {
    const at = temporaryFolder(t)
    await writeBatches(at('batches.arrow'), {...someBatches(), ...changes})
    return checkBatches(at('batches.arrow'), await writeSomeImages(at('images.arrow')))
  },
  membership: async (t: TestContext, changes: Partial<MembersTable> = {}) => {
    const path = temporaryFolder(t)('membership.arrow')
    await writeMembers(path, {...someMembers(), ...changes})
    return checkMembers(path)
  },
  steps: async (t: TestContext, changes: Partial<StepsTable> = {}) => {
    const path = temporaryFolder(t)('steps.arrow')
    await writeSteps(path, {...someSteps(), ...changes})
    return checkSteps(path)
  },
  queries: async (t: TestContext, changes: Partial<QueriesTable> = {}) => {
    const path = temporaryFolder(t)('queries.arrow')
    await writeQueries(path, {...someQueries(), ...changes})
    return checkQueries(path)
  },
}

for (const [name, run] of Object.entries(check)) {
  test(`a sound table of ${name} has no problems`, async (t) => assert.deepEqual(await run(t), []))
}

test('a damaged file is the one problem of its check', async (t) => {
  const path = temporaryFolder(t)('steps.arrow')
  writeFileSync(path, 'no table')
  assert.deepEqual(await checkSteps(path), [
    `${path} is no readable table: it has only 8 bytes. Make it again, or give another file.`,
  ])
})

test('images: order, paths, splits, sizes, hashes and classes are checked, with the value got', async (t) => {
  const some = someImages()
  const sentences = await check.images(t, {
    id: Int32Array.of(0, 1, 1, 3, 4, 5, 6, 7),
    path: ['/etc/passwd', '../up.jpg', 'a.jpg', 'a.jpg', ...some.path.slice(4)],
    split: ['train', 'train', 'train', 'dev', ...some.split.slice(4)],
    width: some.width.with(5, 0),
    boxLeft: some.boxLeft.with(4, 100),
    sha256: some.sha256.with(6, 'abc'),
    className: some.className.with(7, 'parrot'),
    label: some.label.with(6, -1),
    root: 'data/birds',
  })
  assert.deepEqual(sentences, [
    `The root of ${sentences[0]?.split(' ')[3]} must be an absolute path, got "data/birds".`,
    'Row 2 has id 1 after 1; ids start at 0 or above, ascend and do not repeat.',
    'Image 0 has a path that is not inside the root: "/etc/passwd".',
    'Image 1 has a path that is not inside the root: "../up.jpg".',
    'Image 3 has the same path as image 1: "a.jpg".',
    'Image 3 has split "dev"; it must be train, val, test, unused.',
    'Image 4 has a box of 104 x 80 at 100, 0, not inside its 104 x 80 pixels.',
    'Image 5 has a box of 105 x 80 at 0, 0, not inside its 0 x 80 pixels.',
    'Image 5 claims 0 x 80 pixels in 30000 bytes; all must be above 0.',
    'Image 6 has no sha256 in hex: "abc".',
    'Image 6 has label -1; labels are 0 or above.',
  ])
})

test('images: a class with two names and a name with two labels are found', async (t) => {
  const {className, label} = someImages()
  assert.deepEqual(await check.images(t, {className: className.with(1, 'gull')}), [
    'Image 1 calls class 0 "gull", an earlier one "Laysan albatross".',
  ])
  assert.deepEqual(await check.images(t, {label: label.with(5, 9)}), [
    'Image 5 gives "Ärger 🐦" label 9, an earlier one 2.',
  ])
})

test('ten problems of a kind are listed and the rest counted', async (t) => {
  const count = 13
  const steps = Object.fromEntries(
    Object.entries(someSteps()).map(([name, column]) => [name, new Float64Array(count).fill(column[0]!)]),
  )
  const ints = {
    step: Int32Array.from({length: count}, (_, row) => row),
    images: new Int32Array(count).fill(2),
    trainedImages: new Int32Array(count),
  }
  const sentences = await check.steps(t, {...steps, ...ints, loss: new Float64Array(count).fill(Number.NaN)})
  assert.equal(sentences.length, 11)
  assert.equal(sentences[9], 'Step 9 has loss NaN; it must be finite.')
  assert.equal(sentences[10], 'There are 3 more such problems (loss).')
})

test('descriptors: lengths other than 1, numbers that are not finite, and ids of another split are found', async (t) => {
  assert.deepEqual(await check.descriptors(t, {vectors: Float32Array.of(1, 0, 0.5, 0, Number.NaN, 1, 0, 0)}), [
    'The vector of image 1 has length 0.5; it must be 1 within 0.001.',
    'The vector of image 3 has length 0; it must be 1 within 0.001.',
    'The vector of image 2 holds numbers that are not finite.',
  ])
  assert.deepEqual(await check.descriptors(t, {id: Int32Array.of(0, 1, 2, 5)}), [
    'Image 3 of split train has no descriptor.',
    'Image 5 has a descriptor but is not in split train.',
  ])
  assert.deepEqual(await check.descriptors(t, {id: Int32Array.of(1, 0, 2, 3)}), [
    'Row 1 has id 0 after 1; ids start at 0 or above, ascend and do not repeat.',
  ])
})

test('descriptors: a length within 0.001 of 1 passes', async (t) => {
  assert.deepEqual(await check.descriptors(t, {vectors: Float32Array.of(1.0009, 0, 0, 0.9991, 0, 1, 1, 0)}), [])
})

test('neighbours: images of one class, outside train, and unknown are found', async (t) => {
  assert.deepEqual(await check.neighbours(t, {neighbour: Int32Array.of(1, 3, 4, 99)}), [
    'Row 0: anchor 0 and its neighbour 1 are both of class 0.',
    'Row 2 names image 4, which is in split "val"; neighbours are mined in train.',
    'Row 3 names image 99, which is not in the table of images; neighbours are mined in train.',
  ])
})

test('neighbours: order of anchors, ranks and distances, and repeats are checked', async (t) => {
  assert.deepEqual(
    await check.neighbours(t, {
      anchor: Int32Array.of(2, 2, 0, 0),
      rank: Int32Array.of(0, 2, 0, 1),
      neighbour: Int32Array.of(1, 1, 3, 2),
      distance: Float32Array.of(1.5, 1.25, Number.NaN, 2.5),
    }),
    [
      'Row 1 (anchor 2) has rank 2, not 1.',
      'Anchor 2 has neighbour 1 twice (row 1).',
      'Row 1 (anchor 2) is nearer than the rank before: 1.25 after 1.5.',
      'Row 2 (anchor 0) has distance NaN; unit vectors lie 0 to 2 apart.',
      'Row 3 (anchor 0) has distance 2.5; unit vectors lie 0 to 2 apart.',
      'Row 2 has anchor 0 after 2; anchors ascend.',
    ],
  )
})

test('batches: no image of val or test and no unknown image may be trained on', async (t) => {
  assert.deepEqual(await check.batches(t, {image: Int32Array.of(0, 1, 4, 3, 7, 50)}), [
    'Step 0, slot 2 trains on image 4, which is in split "val".',
    'Step 1, slot 1 trains on image 7, which is in split "test".',
    'Step 1, slot 2 trains on image 50, which is not in the table of images.',
  ])
})

test('batches: an unused image may not be trained on either', async (t) => {
  const at = temporaryFolder(t)
  await writeBatches(at('batches.arrow'), someBatches())
  const images = await writeSomeImages(at('images.arrow'), {split: someImages().split.with(1, 'unused')})
  assert.deepEqual(await checkBatches(at('batches.arrow'), images), [
    'Step 0, slot 1 trains on image 1, which is in split "unused".',
    'Step 1, slot 2 trains on image 1, which is in split "unused".',
  ])
})

test('batches: gaps in steps and slots are found', async (t) => {
  assert.deepEqual(await check.batches(t, {step: Int32Array.of(1, 1, 1, 2, 2, 2)}), [
    'Row 0 is step 1, slot 0, but the first row is step 0, slot 0.',
  ])
  assert.deepEqual(await check.batches(t, {slot: Int32Array.of(0, 1, 3, 0, 1, 2)}), [
    'Row 2 is step 0, slot 3, but it follows step 0, slot 1.',
  ])
  assert.deepEqual(await check.batches(t, {step: Int32Array.of(0, 0, 0, 2, 2, 2)}), [
    'Row 3 is step 2, slot 0, but it follows step 0, slot 2.',
  ])
})

test('batches: learning rates are finite, and learning rate and seed are one per step', async (t) => {
  const {lr, stepSeed} = someBatches()
  assert.deepEqual(await check.batches(t, {lr: lr.with(5, Infinity), stepSeed: stepSeed.with(1, 9)}), [
    'Step 0 has two seeds: 7, 9.',
    'Step 0 has two seeds: 9, 7.',
    'Step 1 has two learning rates: 0.00002, Infinity.',
    'Row 5 (step 1) has learning rate Infinity; it must be finite and not negative.',
  ])
})

test('batches: momenta are from 0 to below 1 or absent, and one per step', async (t) => {
  const momentum = Float64Array.of(Number.NaN, Number.NaN, 0.5, 1, 1, -1)
  assert.deepEqual(await check.batches(t, {momentum}), [
    'Step 0 has two momenta: NaN, 0.5.',
    'Step 1 has two momenta: 1, -1.',
    'Row 3 (step 1) has momentum 1; it must be from 0 to below 1, or NaN.',
    'Row 4 (step 1) has momentum 1; it must be from 0 to below 1, or NaN.',
    'Row 5 (step 1) has momentum -1; it must be from 0 to below 1, or NaN.',
  ])
})

test('batches: roles are known, and a triplet is made of two images of one class and one of another', async (t) => {
  const {role, image} = someBatches()
  assert.deepEqual(await check.batches(t, {role: role.with(0, 'boss'), image: image.with(4, 1).with(5, 2)}), [
    'Step 0, group 0 has a role "boss"; it must be anchor, positive, negative, member.',
    'Step 1, group 0: positive 1 is of class 0, anchor 3 of class 1.',
    'Step 1, group 0: negative 2 is of class 1, anchor 3 of class 1.',
  ])
  const swapped = role.with(0, 'negative').with(1, 'anchor').with(2, 'positive')
  assert.deepEqual(await check.batches(t, {role: swapped, distance: new Float32Array(6).fill(Number.NaN)}), [
    'Step 0, group 0 begins with a negative, not with its anchor.',
    'Step 0, group 0: positive 2 is of class 1, negative 0 of class 0.',
  ])
})

test('batches: members of a group are of one class', async (t) => {
  const role = Array<string>(6).fill('member')
  const group = Int32Array.of(0, 0, 1, 0, 1, 1)
  const distance = new Float32Array(6).fill(Number.NaN)
  assert.deepEqual(await check.batches(t, {role, group, distance, image: Int32Array.of(0, 1, 2, 3, 0, 2)}), [
    'Step 1, group 1: member 2 is of class 1, member 0 of class 0.',
  ])
})

test('batches: positives and negatives have a possible distance or none, anchors none', async (t) => {
  assert.deepEqual(await check.batches(t, {distance: Float32Array.of(0.5, -1, 2.5, Number.NaN, 2, Infinity)}), [
    'Step 0, slot 0 has distance 0.5; role anchor has none, so it must be NaN.',
    'Step 0, slot 1 has distance -1; it must be from 0 to 2, or NaN.',
    'Step 0, slot 2 has distance 2.5; it must be from 0 to 2, or NaN.',
    'Step 1, slot 2 has distance Infinity; it must be from 0 to 2, or NaN.',
  ])
})

test('batches: a tuple may have several positives and negatives', async (t) => {
  const table = someBatches()
  const tuple = {
    ...table,
    step: new Int32Array(6),
    slot: Int32Array.from([0, 1, 2, 3, 4, 5]),
    role: ['anchor', 'positive', 'positive', 'negative', 'negative', 'negative'],
    image: Int32Array.of(0, 1, 1, 2, 3, 2),
    lr: new Float64Array(6),
    momentum: new Float64Array(6),
    stepSeed: new Uint32Array(6),
  }
  assert.deepEqual(await check.batches(t, {...tuple, distance: new Float32Array(6).fill(Number.NaN)}), [])
})

test('steps: counts and ranges are checked; the gradient norm may be NaN where nothing was updated', async (t) => {
  const sentences = await check.steps(t, {
    step: Int32Array.of(0, 2),
    trainedImages: Int32Array.of(4, 0),
    activeFraction: Float64Array.of(1.5, 0),
    gradientNorm: Float64Array.of(Number.NaN, 0),
    lr: Float64Array.of(1e-5, -1),
  })
  assert.deepEqual(sentences, [
    'Step 0 trained 4 of 3 images.',
    'Step 0 has an active fraction of 1.5, not 0 to 1.',
    'Row 1 is step 2; steps count from 0 without gaps.',
    'Step 2 has lr -1; it must be finite and not negative.',
  ])
})

test('queries: metrics outside 0 to 1, and NaN other than for lone images, are found', async (t) => {
  const {relevant, mapAtR} = someQueries()
  assert.deepEqual(await check.queries(t, {mapAtR: mapAtR.with(0, 1.5).with(1, Number.NaN).with(2, 0)}), [
    'Query 0 has mapAtR 1.5; it must be from 0 to 1.',
    'Query 1 has mapAtR NaN; it must be from 0 to 1.',
    'Query 2 has mapAtR 0; it must be NaN, as it is alone in its class.',
  ])
  assert.deepEqual(await check.queries(t, {relevant: relevant.with(0, -1)}), ['Query 0 has -1 relevant images.'])
})

test('queries: first hits agree with precision at 1, and values are finite or left out', async (t) => {
  const {firstHit, values} = someQueries()
  assert.deepEqual(
    await check.queries(t, {firstHit: firstHit.with(0, 3).with(2, -1), values: values.with(3, Infinity)}),
    [
      'Query 0 has first hit 3 and precisionAt1 1.',
      'Query 2 has first hit -1 and precisionAt1 NaN.',
      'Query 1 has recall_at_4 Infinity.',
    ],
  )
})

test('queries: names of the values that are no list, or too few, make the table unreadable', async (t) => {
  const path = temporaryFolder(t)('queries.arrow')
  const {metricNames, ...columns} = someQueries()
  for (const [metrics, got] of [
    ['{', '{'],
    ['["map_at_r"]', '["map_at_r"]'],
  ] as const) {
    await writeTable(path, queriesDefinition, {columns, metadata: {metrics}, dim: metricNames.length})
    assert.deepEqual(await checkQueries(path), [
      `${path} is no readable table: its metadata metrics must be a JSON list of 2 names, got ${got}. Make it again, or give another file.`,
    ])
  }
})

test('queries: nearest images, their labels and precision at 1 agree', async (t) => {
  const {nearest, nearestLabel} = someQueries()
  assert.deepEqual(await check.queries(t, {nearest: nearest.with(2, 2), nearestLabel: nearestLabel.with(0, 1)}), [
    'Query 0 says that image 1 is of class 1, its own row says 0.',
    'Query 2 is its own nearest image.',
    'Query 2 says that image 2 is of class 0, its own row says 1.',
    'Query 0 has precisionAt1 1, but its nearest image makes it 0.',
  ])
})

test('members of test sets are in a measured split, have a role and a set, and are in it once', async (t) => {
  assert.deepEqual(
    await check.membership(t, {
      split: ['test', 'train', 'test', 'test'],
      set: ['shop', 'shop', '', 'shop'],
      role: ['query', 'gallery', 'both', 'judge'],
    }),
    [
      'Image 7 of test set shop is in split "train"; it must be val or test.',
      'Image 4 is in a test set without a name.',
      'Image 7 has role "judge"; it must be query, gallery, both.',
      'Image 7 is in test set shop more than once.',
    ],
  )
})
