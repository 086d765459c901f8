import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {DataSet} from '../../lib/data/formats/data-set.ts'
import {checkArchives, compareWithPublished} from '../../lib/data/published.ts'
import {temporaryFolder, writeFiles} from './pictures.ts'

/** A data set of so many images and classes on each side, the classes of the test after those of the training. */
function dataSet(sides: Readonly<Record<'train' | 'test', {images: number; classes: number}>>): DataSet {
  const {train, test: tested} = sides
  const labels = ({images, classes}: typeof train, first: number) =>
    Array.from({length: images}, (_, row) => first + (row % classes))
  const label = [...labels(train, 0), ...labels(tested, train.classes)]
  const path = label.map((_, row) => `${row}.jpg`)
  const official = label.map((_, row) => (row < train.images ? 'train' : 'test'))
  return {id: [...label.keys()], path, label, classNames: new Map(), official, notes: []}
}

test('the published sizes are no difference, another split of the same images is one', async () => {
  const whole = dataSet({train: {images: 59_551, classes: 11_318}, test: {images: 60_502, classes: 11_316}})
  assert.deepEqual(await compareWithPublished('sop', 'unused', whole), [])
  const other = dataSet({train: {images: 59_552, classes: 11_319}, test: {images: 60_501, classes: 11_315}})
  assert.deepEqual(await compareWithPublished('sop', 'unused', other), [
    'The train side is not that of Stanford Online Products: 59,552 images of 11,319 classes, published were 59,551 images of 11,318 classes. Its numbers compare with no publication.',
    'The test side is not that of Stanford Online Products: 60,501 images of 11,315 classes, published were 60,502 images of 11,316 classes. Its numbers compare with no publication.',
  ])
  assert.match((await compareWithPublished('in-shop', 'unused', whole))[0]!, /^This is not all of In-Shop Clothes/)
})

test('annotations that are not the published file are told by their checksum', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {'cars_annos.mat': 'abc'})
  const cars = dataSet({train: {images: 8054, classes: 98}, test: {images: 8131, classes: 98}})
  // MD5 of "abc" is the example of RFC 1321.
  assert.deepEqual(await compareWithPublished('cars196', root, cars), [
    'cars_annos.mat is not the file of Cars196: its MD5 is 900150983cd24fb0d6963f7d28e17f72, published was b407c6086d669747186bd1d764ff9dbc. Fetch it again.',
  ])
})

test('archives in the folder or beside it are checked', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {'CUB_200_2011.tgz': 'abc', 'CUB_200_2011/images.txt': ''})
  assert.deepEqual(await checkArchives('cub', `${root}/CUB_200_2011`), {
    checked: 1,
    changed: [
      'CUB_200_2011.tgz is not the file of CUB-200-2011: its MD5 is 900150983cd24fb0d6963f7d28e17f72, published was 97eceeb196236b17998738112f37df78. Fetch it again.',
    ],
  })
  assert.deepEqual(await checkArchives('folder', root), {checked: 0, changed: []})
})
