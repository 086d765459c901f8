import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {read as readCubDataSet} from '../../../lib/data/formats/cub.ts'
import {needsShared, shared} from '../../shared.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

const good = {
  'images.txt': '7 001.Owl/a.jpg\n3 002.Gull/b.jpg\n5 001.Owl/c.jpg\n',
  'image_class_labels.txt': '7 1\n3 2\n5 1\n',
  'classes.txt': '1 001.Owl\n2 002.Gull\n',
  'images/001.Owl/a.jpg': 'x',
  'images/002.Gull/b.jpg': 'x',
  'images/001.Owl/c.jpg': 'x',
}

test('ids are the official ones, labels start at 0, the order is that of images.txt', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, good)
  const found = await readCubDataSet(root, {})
  assert.deepEqual(found.id, [7, 3, 5])
  assert.deepEqual(found.path, ['images/001.Owl/a.jpg', 'images/002.Gull/b.jpg', 'images/001.Owl/c.jpg'])
  assert.deepEqual(found.label, [0, 1, 0])
  assert.deepEqual(
    [...found.classNames],
    [
      [0, '001.Owl'],
      [1, '002.Gull'],
    ],
  )
})

test('Windows line ends, blank lines and a missing final newline make no difference', async (context) => {
  const [root, plain] = [temporaryFolder(context), temporaryFolder(context)]
  writeFiles(plain, good)
  const windows = (text: string) => `\uFEFF${text.trimEnd().replaceAll('\n', '\r\n\r\n')}`
  writeFiles(
    root,
    Object.fromEntries(
      Object.entries(good).map(([path, text]) => [path, path.endsWith('.txt') ? windows(text) : text]),
    ),
  )
  assert.deepEqual(await readCubDataSet(root, {}), await readCubDataSet(plain, {}))
})

test('names may hold spaces and any letters', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    'images.txt': '1 001.Eule müde/Ein Bild (2).jpg\n',
    'image_class_labels.txt': '1 1\n',
    'classes.txt': '1 Müde Eule\n',
    'images/001.Eule müde/Ein Bild (2).jpg': 'x',
  })
  const {path, classNames} = await readCubDataSet(root, {})
  assert.deepEqual(path, ['images/001.Eule müde/Ein Bild (2).jpg'])
  assert.equal(classNames.get(0), 'Müde Eule')
})

test('without classes.txt a class is called like its folder', async (context) => {
  const root = temporaryFolder(context)
  const {'classes.txt': _, ...rest} = good
  writeFiles(root, rest)
  assert.deepEqual(
    [...(await readCubDataSet(root, {})).classNames],
    [
      [0, '001.Owl'],
      [1, '002.Gull'],
    ],
  )
})

test('everything wrong with the index is listed at once', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    ...good,
    'images.txt':
      '7 001.Owl/a.jpg\n3 002.Gull/b.jpg\n3 002.Gull/z.jpg\nnonsense\n8 002.Gull/gone.jpg\n9 ../secret.jpg\n5 001.Owl/a.jpg\n',
    'image_class_labels.txt': '7 1\n3 0\n5 1\n4 1\n',
    'images/002.Gull/._b.jpg': 'hidden',
  })
  await assert.rejects(readCubDataSet(root, {}), {
    name: 'UserError',
    message: [
      `The data set "${root}" cannot be used:`,
      '- images.txt has rows that are not "<number> <text>" (1): line 4 "nonsense".',
      '- images.txt has numbers more than once (1): 3.',
      '- image_class_labels.txt lacks images of images.txt (2): 8, 9.',
      '- images.txt lacks images of image_class_labels.txt (1): 4.',
      '- image_class_labels.txt has class ids that are not whole numbers from 1 (1): image 3 "0".',
      '- images.txt has paths that lead out of the folder images (1): ../secret.jpg.',
      '- images.txt names files more than once (1): 001.Owl/a.jpg.',
      '- images.txt names files that are not there (1): 002.Gull/gone.jpg. Restore them, or remove their rows.',
      '- The folder images has files that images.txt does not name (1): 001.Owl/c.jpg. Remove them, or add their rows.',
    ].join('\n'),
  })
})

test('missing index files are all named', async (context) => {
  const root = temporaryFolder(context)
  await assert.rejects(readCubDataSet(root, {}), /images\.txt is missing: .*\n- image_class_labels\.txt is missing: /)
  await assert.rejects(
    readCubDataSet(join(root, 'none'), {}),
    /^UserError: data\.root must be the folder of a data set, got ".*none": there is none\./,
  )
})

test('the 75 real classes of CUB-200-2011 are read with their official ids', needsShared, async () => {
  const {id, path, label, classNames} = await readCubDataSet(join(shared!, 'data/CUB_200_2011'), {})
  assert.equal(id.length, 4417)
  assert.equal(classNames.size, 75)
  assert.equal(id[0], 1)
  assert.equal(path[0], 'images/001.Black_footed_Albatross/Black_footed_Albatross_0000.jpg')
  assert.equal(classNames.get(74), '075.Blue_headed_Vireo')
  assert.deepEqual([Math.min(...label), Math.max(...label)], [0, 74])
})

test('the official sides, which share their classes, are read where they are there', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...good, 'train_test_split.txt': '7 1\n3 0\n5 0\n'})
  assert.deepEqual((await readCubDataSet(root, {})).closedSet, ['train', 'test', 'test'])
  writeFiles(root, {'train_test_split.txt': '7 1\n3 yes\n'})
  await assert.rejects(readCubDataSet(root, {}), {
    message: [
      `The data set "${root}" cannot be used:`,
      '- train_test_split.txt has sides that are neither 1 (train) nor 0 (test) (1): image 3 "yes".',
      '- train_test_split.txt lacks images of images.txt (1): 5.',
    ].join('\n'),
  })
})
