import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {test} from 'node:test'
import {checkSteps} from '../../../lib/tables/steps.ts'
import {someImages, someSteps, temporaryFolder} from '../fixtures.ts'
import {check} from './check.ts'

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
