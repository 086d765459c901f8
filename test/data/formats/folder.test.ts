import assert from 'node:assert/strict'
import {mkdirSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {read as readFolderDataSet} from '../../../lib/data/formats/folder.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'

// The reader goes by names alone, so these files need no pixels.
const files = (...paths: string[]) => Object.fromEntries(paths.map((path) => [path, 'x']))

test('classes are numbered and images ordered by code point, not by UTF-16 units or locale', async (context) => {
  const root = temporaryFolder(context)
  // U+1F600 comes after U+FF21 by code point, before it by UTF-16 unit.
  writeFiles(root, files('b/2.png', 'b/10.png', 'B/1.JPG', 'é è/1.jpeg', '\u{1F600}/1.webp', '\uFF21/1.gif'))
  const {id, path, label, classNames, notes} = await readFolderDataSet(root)
  assert.deepEqual([...classNames.values()], ['B', 'b', 'é è', '\uFF21', '\u{1F600}'])
  assert.deepEqual([...classNames.keys()], [0, 1, 2, 3, 4])
  assert.deepEqual(path, ['B/1.JPG', 'b/10.png', 'b/2.png', 'é è/1.jpeg', '\uFF21/1.gif', '\u{1F600}/1.webp'])
  assert.deepEqual(label, [0, 1, 1, 2, 3, 4])
  assert.deepEqual(id, [0, 1, 2, 3, 4, 5])
  assert.deepEqual(notes, [])
})

test('hidden files and folders are passed over silently, other files with a note', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, files('a/1.png', 'a/._1.png', 'a/.DS_Store', '.git/config', 'a/notes.txt', 'README.md'))
  mkdirSync(join(root, 'empty'))
  const {path, notes, classNames} = await readFolderDataSet(root)
  assert.deepEqual(path, ['a/1.png'])
  assert.deepEqual([...classNames.values()], ['a', 'empty'])
  assert.deepEqual(notes, [
    'Passed over files that are no pictures by name (1): a/notes.txt.',
    'Class folders without a picture (1): empty.',
  ])
})

test('links to folders and files are followed', async (context) => {
  const root = temporaryFolder(context)
  const elsewhere = temporaryFolder(context)
  writeFiles(elsewhere, files('cats/1.png', 'dog.png'))
  writeFiles(root, files('dogs/2.png'))
  symlinkSync(join(elsewhere, 'cats'), join(root, 'cats'))
  symlinkSync(join(elsewhere, 'dog.png'), join(root, 'dogs', '1.png'))
  assert.deepEqual((await readFolderDataSet(root)).path, ['cats/1.png', 'dogs/1.png', 'dogs/2.png'])
})

test('everything wrong with the folders is listed at once', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, files('birds/owl/1.png', 'birds/gull/1.png', 'loose.jpg', 'cats/1.bmp', 'cats/2.png'))
  symlinkSync('nowhere', join(root, 'dogs'))
  await assert.rejects(readFolderDataSet(root), {
    name: 'UserError',
    message: [
      `The data set "${root}" cannot be used:`,
      '- Folders inside class folders (2): birds/gull, birds/owl. A class is one folder of pictures: move the pictures up, or make each of these a class of its own.',
      '- Pictures outside any class folder (1): loose.jpg. Put each into the folder of its class.',
      '- Links that lead nowhere (1): dogs. Restore what they point to, or remove them.',
      '- Pictures in a format that is not read (1): cats/1.bmp. Convert them to JPEG, PNG, WebP, TIFF or GIF, or remove them.',
    ].join('\n'),
  })
})

test('a long list of offenders is cut and counted', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, files(...Array.from({length: 112}, (_, i) => `${String(i).padStart(4, '0')}.png`)))
  await assert.rejects(
    readFolderDataSet(root),
    /- Pictures outside any class folder \(112\): 0000\.png, .*0009\.png, and 102 more\./,
  )
})

test('a root that is missing, a file, empty or without pictures is refused, each with its reason', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, files('file'))
  const advice = 'Set data.root (or DATA=…) to where the pictures are.'
  await assert.rejects(readFolderDataSet(join(root, 'none')), {
    message: `data.root must be the folder of a data set, got "${root}/none": there is none. ${advice}`,
  })
  await assert.rejects(readFolderDataSet(join(root, 'file')), {
    message: `data.root must be the folder of a data set, got "${root}/file": it is not a folder. ${advice}`,
  })
  mkdirSync(join(root, 'empty', 'class'), {recursive: true})
  await assert.rejects(
    readFolderDataSet(join(root, 'empty', 'class')),
    /There is no class folder\. data\.root must hold one folder of pictures per class\./,
  )
  await assert.rejects(
    readFolderDataSet(join(root, 'empty')),
    /No class folder holds a picture \(1\): class\. data\.root must hold one folder/,
  )
})
