import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/celeba.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const files = ['000001.jpg', '000002.jpg', '000003.jpg', '000004.jpg']
const good: Readonly<Record<string, string>> = {
  ...Object.fromEntries(files.map((file) => [`img_align_celeba/${file}`, 'x'])),
  'identity_CelebA.txt': '000001.jpg 2880\n000002.jpg 2937\n000003.jpg 2880\n000004.jpg 8692\n',
  'list_eval_partition.txt': '000001.jpg 0\n000002.jpg 1\n000003.jpg 0\n000004.jpg 2\n',
}

test('people are classes, the split is that of list_eval_partition.txt', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, good)
  const found = await read(root)
  assert.deepEqual(found.id, [1, 2, 3, 4])
  assert.deepEqual(found.label, [2880, 2937, 2880, 8692])
  assert.deepEqual(found.official, ['train', 'val', 'train', 'test'])
  assert.equal(found.path[0], 'img_align_celeba/000001.jpg')
})

test('lists that disagree, and people on two sides, are refused', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...good,
    'identity_CelebA.txt': '000001.jpg 2880\n000002.jpg 2880\n000003.jpg 2880\n000009.jpg 1\n',
    'list_eval_partition.txt': '000001.jpg 0\n000002.jpg 1\n000003.jpg 3\n000004.jpg 2\n',
  })
  await assert.rejects(read(root), {
    message: [
      `The data set "${root}" cannot be used:`,
      '- list_eval_partition.txt has rows that are not "<file> <0, 1 or 2>" (1): line 3 "000003.jpg 3".',
      '- list_eval_partition.txt lacks files of identity_CelebA.txt (2): 000003.jpg, 000009.jpg.',
      '- identity_CelebA.txt lacks files of list_eval_partition.txt (1): 000004.jpg.',
      '- Classes are on both sides of the split (1): 2880 in train and val.',
    ].join('\n'),
  })
})

test('without the identities it says which file has them', async (context) => {
  const root = temporaryFolder(context)
  const {'identity_CelebA.txt': _, ...rest} = good
  writeFiles(root, rest)
  await assert.rejects(
    read(root),
    /identity_CelebA\.txt or .* is missing\. Set data\.root to the folder that holds it\./,
  )
})
