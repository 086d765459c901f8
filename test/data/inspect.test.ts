import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import sharp from 'sharp'
import type {Finding} from '../../lib/data/inspect/finding.ts'
import {type Inspection, inspectData} from '../../lib/data/inspect.ts'
import {lookAlikes, writeLookAlike} from './look-alikes.ts'
import {drawPicture, temporaryFolder, writeFiles, writePictures} from './pictures.ts'

const eight = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'c/1.png', 'c/2.png', 'd/1.png', 'd/2.png']

function find({findings}: Inspection, what: string): Finding {
  const found = findings.find((one) => one.what === what)
  assert.ok(found, `nothing about ${what}: ${findings.map((one) => one.what).join()}`)
  return found
}

for (const [format, lookAlike] of Object.entries(lookAlikes)) {
  test(`${format}: a look-alike is told from all others`, async (context) => {
    const root = temporaryFolder(context)
    await writeLookAlike(root, lookAlike)
    const inspection = await inspectData(root, {})
    assert.equal(inspection.format, format)
    assert.match(find(inspection, 'format').found, new RegExp(`^${format}: `))
    assert.match(find(inspection, 'classes').found, /^6 images of 3 classes; 2, 2, 2 in a class/)
    const others = Object.keys(lookAlikes).filter((other) => other !== format)
    for (const other of others) assert.match(find(inspection, 'not taken').found, new RegExp(`(^|, )${other}[,:]`, 'm'))
  })
}

test('a folder of class folders is usable, and the command for it is told with its name quoted', async (context) => {
  const root = join(temporaryFolder(context), "Jo's birds")
  await writePictures(root, eight)
  const seen: string[] = []
  const inspection = await inspectData(root, {}, (done, total) => seen.push(`${done}/${total}`))
  assert.deepEqual(
    inspection.findings.map(({what, grade}) => [what, grade]),
    [
      ['format', 'ok'],
      ['not taken', 'ok'],
      ['classes', 'ok'],
      ['sets', 'ok'],
      ['files', 'ok'],
      ['sizes', 'ok'],
      ['shapes', 'ok'],
      ['colour', 'ok'],
      ['copies', 'ok'],
    ],
  )
  assert.equal(
    find(inspection, 'sets').found,
    'protocol modulo: train 4 images of 2 classes; val 2 images of 1 classes; test 2 images of 1 classes',
  )
  assert.deepEqual(inspection.next, [`make epoch RUN=jo-s-birds DATA='${root.replace("'", `'\\''`)}'`])
  assert.equal(seen.at(-1), '8/8')
})

test('sizes, shapes and pictures without colour are told', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, eight)
  const wide = await drawPicture(20, {width: 90, height: 20})
  const gray = await sharp(Buffer.alloc(64 * 48, 7), {raw: {width: 64, height: 48, channels: 1}})
    .png()
    .toBuffer()
  writeFiles(root, {'a/1.png': wide, 'd/2.png': gray})
  const inspection = await inspectData(root, {})
  assert.match(find(inspection, 'sizes').found, /^12, 12, 90 wide, 10, 10, 48 high/)
  assert.deepEqual(find(inspection, 'shapes').items, ['a/1.png 90 x 20'])
  assert.deepEqual(find(inspection, 'colour').items, ['d/2.png'])
})

test('one picture in two sets is a leak, in two classes a doubt, twice in a class a copy', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, eight)
  const [leak, torn, copy] = [await drawPicture(30), await drawPicture(31), await drawPicture(32)]
  writeFiles(root, {
    'a/1.png': leak,
    'd/1.png': leak,
    'a/3.png': torn,
    'b/3.png': torn,
    'c/3.png': copy,
    'c/4.png': copy,
  })
  const inspection = await inspectData(root, {})
  assert.deepEqual(find(inspection, 'LEAK').items, ['a/1.png = d/1.png'])
  assert.deepEqual(find(inspection, 'labels').items, ['a/1.png = d/1.png', 'a/3.png = b/3.png'])
  assert.deepEqual(find(inspection, 'copies').items, ['c/3.png = c/4.png'])
  assert.equal(inspection.usable, true)
  const strict = await inspectData(root, {strict: true})
  assert.deepEqual([strict.usable, strict.next, find(strict, 'LEAK').grade], [false, [], 'problem'])
})

test('damaged files, lone classes and classes that are too few are told together', async (context) => {
  const root = temporaryFolder(context)
  await writePictures(root, ['a/1.png', 'a/2.png', 'b/1.png'])
  writeFiles(root, {'a/3.png': 'no picture', 'b/2.png': '', 'c/1.png': await drawPicture(9)})
  const inspection = await inspectData(root, {})
  assert.equal(inspection.usable, false)
  assert.deepEqual(find(inspection, 'files').items, [
    'a/3.png is not a picture (JPEG, PNG, WebP, TIFF or GIF)',
    'b/2.png is empty',
  ])
  assert.deepEqual(find(inspection, 'classes').items, ['c'])
  assert.match(find(inspection, 'sets').found, /^protocol modulo cannot be used:\n/)
  assert.equal(find(inspection, 'sets').grade, 'problem')
})

test('an index with mistakes is told by its own reader, and a format that is asked for by no other', async (context) => {
  const root = temporaryFolder(context)
  await writeLookAlike(root, lookAlikes.sop!, {'Ebay_test.txt': 'nonsense\n'})
  const inspection = await inspectData(root, {})
  assert.match(find(inspection, 'format sop').found, /Ebay_test\.txt has rows that are not "image_id/)
  assert.match(find(inspection, 'not taken').found, /^folder: could be read so, too: 1 classes$/m)
  const asked = await inspectData(root, {format: 'sop'})
  assert.deepEqual([asked.format, asked.usable], [null, false])
  assert.deepEqual(
    asked.findings.map(({what}) => what),
    ['format sop'],
  )
  await assert.rejects(inspectData(root, {format: 'sop2'}), {
    name: 'UserError',
    message: /There is no format "sop2"\. Those that are read: cub, cars196, /,
  })
})

test('of a folder one too high the ones below are named', async (context) => {
  const root = temporaryFolder(context)
  await writeLookAlike(join(root, 'CUB_200_2011'), lookAlikes.cub!)
  writeFiles(root, {'attributes.txt': '1'})
  const {usable, next} = await inspectData(root, {})
  assert.equal(usable, false)
  assert.deepEqual(next, [`npx nearmiss doctor data "${join(root, 'CUB_200_2011')}"  (cub)`])
})

test('an empty folder is told what it should hold', async (context) => {
  const inspection = await inspectData(temporaryFolder(context), {})
  assert.equal(inspection.usable, false)
  assert.match(inspection.findings[0]!.found, /data\.root must hold one folder of pictures per class\./)
})
