import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/sop.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const header = 'image_id class_id super_class_id path'
const good: Readonly<Record<string, string>> = {
  'Ebay_train.txt': `${header}\n1 1 1 bicycle_final/11_0.JPG\n2 1 1 bicycle_final/11_1.JPG\n3 2 3 chair_final/12_0.JPG\n`,
  'Ebay_test.txt': `${header}\n4 3 1 bicycle_final/13_0.JPG\n5 3 1 bicycle_final/13_1.JPG\n`,
  'Ebay_info.txt': 'not read',
  ...Object.fromEntries(
    ['bicycle_final/11_0', 'bicycle_final/11_1', 'chair_final/12_0', 'bicycle_final/13_0', 'bicycle_final/13_1'].map(
      (path) => [`${path}.JPG`, 'x'],
    ),
  ),
}

test('both files are read without their headers; labels are class ids minus 1, names begin with the super-class', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, good)
  const found = await read(root)
  assert.deepEqual(found.id, [1, 2, 3, 4, 5])
  assert.deepEqual(found.label, [0, 0, 1, 2, 2])
  assert.equal(found.path[2], 'chair_final/12_0.JPG')
  assert.deepEqual(
    [...found.classNames],
    [
      [0, 'bicycle/1'],
      [1, 'chair/2'],
      [2, 'bicycle/3'],
    ],
  )
  assert.deepEqual(found.official, ['train', 'train', 'train', 'test', 'test'])
})

test('a file without a header loses no row', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...good, 'Ebay_train.txt': good['Ebay_train.txt']!.replace(`${header}\n`, '')})
  assert.deepEqual((await read(root)).id, [1, 2, 3, 4, 5])
})

test('everything wrong with the index is listed at once', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...good,
    'Ebay_train.txt': `${header}\n1 1 1 bicycle_final/11_0.JPG\n2 0 1 bicycle_final/11_1.JPG\n1 1 1 ../up.JPG\n3 3 1 bicycle_final/12_0.JPG\n`,
  })
  await assert.rejects(read(root), {
    name: 'UserError',
    message: [
      `The data set "${root}" cannot be used:`,
      '- Ebay_train.txt has rows that are not "image_id class_id super_class_id path" (1): line 3 "2 0 1 bicycle_final/11_1.JPG".',
      '- The index has image numbers more than once (1): 1.',
      '- The index has paths that lead out of the folder (1): ../up.JPG.',
      '- Classes are on both sides of the split (1): bicycle/3 in Ebay_train.txt and Ebay_test.txt.',
    ].join('\n'),
  })
})

test('missing pictures and missing index files are named', async (context) => {
  const [root, empty] = [temporaryFolder(context), temporaryFolder(context)]
  const {'bicycle_final/13_1.JPG': _, ...rest} = good
  writeFiles(root, rest)
  await assert.rejects(read(root), /The index names files that are not there \(1\): bicycle_final\/13_1\.JPG\. Restore/)
  await assert.rejects(read(empty), /- Ebay_train\.txt is missing\..*\n- Ebay_test\.txt is missing\./)
})
