import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/vehicle-id.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const pictures = Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`image/000000${number}.jpg`, 'x']))
const good: Readonly<Record<string, string>> = {
  ...pictures,
  'train_test_split/train_list.txt': '0000001 7\n0000002 7\n',
  'train_test_split/test_list_800.txt': '0000003 0008\n0000004 8\n',
  'train_test_split/test_list_1600.txt': '0000003 8\n0000004 8\n0000005 9\n0000006 9\n',
  'train_test_split/test_list_2400.txt': '5 9\n6 9\n',
}

test('the training list and three test sets that share images are read', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, good)
  const found = await read(root)
  assert.deepEqual(found.id, [1, 2, 3, 4, 5, 6])
  assert.deepEqual(found.label, [7, 7, 8, 8, 9, 9])
  assert.equal(found.path[5], 'image/0000006.jpg')
  assert.deepEqual(found.official, ['train', 'train', 'test', 'test', 'test', 'test'])
  assert.deepEqual(found.testSets, [
    {name: 'vehicle-id-800', queries: [3, 4], gallery: [3, 4]},
    {name: 'vehicle-id-1600', queries: [3, 4, 5, 6], gallery: [3, 4, 5, 6]},
    {name: 'vehicle-id-2400', queries: [5, 6], gallery: [5, 6]},
  ])
})

test('everything wrong with the lists is said at once', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...good,
    'train_test_split/train_list.txt': '0000001 7\n0000002 8\n',
    'train_test_split/test_list_2400.txt': '5 9\n5 9\n6 8\nx y\n',
  })
  await assert.rejects(read(root), {
    message: [
      `The data set "${root}" cannot be used:`,
      '- test_list_2400.txt has rows that are not "<image number> <vehicle id>" (1): line 4 "x y".',
      '- test_list_2400.txt has image numbers more than once (1): 5.',
      '- test_list_2400.txt names files more than once (1): image/0000005.jpg.',
      '- The test lists give images different vehicles: 6 in test_list_2400.txt.',
      '- Classes are on both sides of the split (1): 8 in train and test.',
    ].join('\n'),
  })
})

test('a missing list and missing pictures are named', async (context) => {
  const root = temporaryFolder(context)
  const {'image/0000004.jpg': _, 'train_test_split/test_list_800.txt': list, ...rest} = good
  writeFiles(root, rest)
  await assert.rejects(read(root), /train_test_split\/test_list_800\.txt or test_list_800\.txt is missing\./)
  writeFiles(root, {'test_list_800.txt': list!})
  await assert.rejects(read(root), /One of the lists names files that are not there \(1\): image\/0000004\.jpg\./)
})
