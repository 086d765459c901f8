import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {listImages} from '../../lib/data/list-images.ts'
import {dataParameters} from '../../lib/data/parameters.ts'
import {needsShared, shared} from '../shared.ts'
import {drawPicture, temporaryFolder, writeFiles, writePictures} from './pictures.ts'

function settings(values: Record<string, unknown>) {
  return dataParameters.parse({format: 'folder', protocol: 'halves', ...values})
}

test('every image is listed with its class, split, size and hash', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'c/1.png', 'c/2.png', 'd/1.png'])
  writeFiles(root, {'d/2.jpg': await drawPicture(99, {width: 31, height: 17, format: 'jpeg'})})
  const progress: string[] = []
  const {images, duplicates, notes} = await listImages(settings({root}), {
    onProgress: (done, total) => progress.push(`${done}/${total}`),
  })
  assert.deepEqual([...images.id], [0, 1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(images.path.slice(5), ['c/2.png', 'd/1.png', 'd/2.jpg'])
  assert.deepEqual([...images.label], [0, 0, 1, 1, 2, 2, 3, 3])
  assert.deepEqual(images.className.slice(5), ['c', 'd', 'd'])
  assert.deepEqual(images.split, ['train', 'train', 'train', 'train', 'val', 'val', 'val', 'val'])
  assert.deepEqual([...images.width], [12, 12, 12, 12, 12, 12, 12, 31])
  assert.deepEqual([...images.height], [10, 10, 10, 10, 10, 10, 10, 17])
  assert.deepEqual(
    [...images.bytes],
    images.path.map((path) => statSync(join(root, path)).size),
  )
  assert.deepEqual(
    images.sha256,
    images.path.map((path) =>
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    ),
  )
  assert.deepEqual(
    {root: images.root, format: images.format, protocol: images.protocol},
    {root, format: 'folder', protocol: '{"protocol":"halves"}'},
  )
  assert.deepEqual(progress, ['1/8', '2/8', '3/8', '4/8', '5/8', '6/8', '7/8', '8/8'])
  assert.deepEqual([duplicates, notes], [[], ['The test set is empty.']])
})

test('rows ascend by id although the first images of a class are those of file order', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, [
    'images/a/9.png',
    'images/a/2.png',
    'images/a/1.png',
    'images/b/5.png',
    'images/b/4.png',
    'images/c/7.png',
    'images/c/8.png',
  ])
  writeFiles(root, {
    'images.txt': '9 a/9.png\n2 a/2.png\n1 a/1.png\n5 b/5.png\n4 b/4.png\n7 c/7.png\n8 c/8.png\n',
    'image_class_labels.txt': '1 1\n2 1\n9 1\n4 2\n5 2\n7 3\n8 3\n',
  })
  const {images} = await listImages(
    settings({root, format: 'cub', protocol: 'classes', train: '0-1', val: 2, images_per_class: 2}),
  )
  assert.deepEqual([...images.id], [1, 2, 4, 5, 7, 8, 9])
  assert.deepEqual(images.split, ['unused', 'train', 'train', 'train', 'val', 'val', 'train'])
  assert.equal(images.path[6], 'images/a/9.png')
})

test('equal files are reported, those in two sets apart from those inside one', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, ['a/1.png', 'c/2.png', 'b/1.png', 'b/2.png'])
  const [one, two] = [await drawPicture(1), await drawPicture(9)]
  writeFiles(root, {'a/2.png': one, 'c/1.png': one, 'a/3.png': two, 'a/4.png': two})
  const {duplicates, notes} = await listImages(settings({root, protocol: 'classes', train: '0-1', val: 2}))
  assert.deepEqual(duplicates, [
    {paths: ['a/2.png', 'c/1.png', 'c/2.png'], within: ['train', 'val']},
    {paths: ['a/3.png', 'a/4.png'], within: ['train']},
  ])
  assert.deepEqual(notes, [
    'The test set is empty.',
    'Pictures in more than one set, which flatters what is measured (1): a/2.png = c/1.png = c/2.png.',
    'Pictures that are there more than once (1): a/3.png = a/4.png.',
  ])
})

test('truncated, empty and non-image files are all listed in one message', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'c/1.png', 'c/2.png', 'd/1.png', 'd/2.png'])
  const jpeg = await drawPicture(9, {width: 50, height: 50, format: 'jpeg'})
  writeFiles(root, {
    'a/cut.jpg': jpeg.subarray(0, jpeg.length * 0.7),
    'a/page.jpg': '<html>404</html>',
    'b/cut.png': (await drawPicture(8)).subarray(0, 200),
    'd/empty.png': '',
  })
  await assert.rejects(listImages(settings({root})), (error: Error) => {
    assert.equal(error.name, 'UserError')
    const lines = error.message.split('\n')
    assert.equal(lines[0], `4 of 12 files of the data set "${root}" cannot be used:`)
    assert.match(lines[1]!, /^- a\/cut\.jpg is cut short or damaged \(VipsJpeg: premature end of JPEG image.*\)$/)
    assert.equal(lines[2], '- a/page.jpg is not a picture (JPEG, PNG, WebP, TIFF or GIF)')
    assert.match(lines[3]!, /^- b\/cut\.png is cut short or damaged \(.+\)$/)
    assert.deepEqual(lines.slice(4), ['- d/empty.png is empty', 'Replace these files, or remove them.'])
    return true
  })
})

test('a class with one image is refused before any file is opened', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {
    'a/1.png': 'no picture',
    'b/1.png': 'x',
    'b/2.png': 'x',
    'c/1.png': 'x',
    'c/2.png': 'x',
    'd/1.png': 'x',
    'd/2.png': 'x',
  })
  await assert.rejects(listImages(settings({root})), {
    name: 'UserError',
    message: `The data set "${root}" cannot be split:\n- train (protocol halves) has classes with one image, which lacks a positive (1): 0 a. Add images or leave these classes out.`,
  })
})

test('a relative root is made absolute and a missing one is refused', async (context) => {
  const root = temporaryFolder(context)
  mkdirSync(join(root, 'a'))
  await assert.rejects(listImages(settings({root: 'no/such/folder'})), /got ".*\/no\/such\/folder": there is none/)
})

test('of the real CUB classes 0-49 train with 20 images each and 50-74 are measured', needsShared, async () => {
  const {images, duplicates, notes} = await listImages(
    settings({format: 'cub', root: join(shared!, 'data/CUB_200_2011'), protocol: 'lab', train: '0-49', val: '50-74'}),
  )
  const count = (split: string) => images.split.filter((one) => one === split).length
  assert.deepEqual([count('train'), count('val'), count('test'), count('unused')], [1000, 1468, 0, 1949])
  assert.equal(images.id.length, 4417)
  assert.ok(images.width.every((width) => width === 227) && images.height.every((height) => height === 227))
  assert.deepEqual(
    [duplicates, notes],
    [
      [],
      [
        'This is not all of CUB-200-2011: 4,417 images of 75 classes, published were 11,788 images of 200 classes. Its numbers compare with no publication.',
        'The test set is empty.',
      ],
    ],
  )
})
