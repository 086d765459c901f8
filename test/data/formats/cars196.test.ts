import assert from 'node:assert/strict'
import {test} from 'node:test'
import {read} from '../../../lib/data/formats/cars196.ts'
import {temporaryFolder, writeFiles} from '../pictures.ts'
import {carsMat} from './cars-mat.ts'

const pictures = Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`car_ims/00000${number}.jpg`, 'x']))

test('annotations are read by the names of their fields; classes have their names, sides share them', async (context) => {
  const root = temporaryFolder(context)
  writeFiles(root, {...pictures, 'cars_annos.mat': carsMat})
  const found = await read(root, {})
  assert.deepEqual(found.id, [1, 2, 3, 4, 5, 6])
  assert.deepEqual(found.label, [0, 0, 1, 1, 2, 2])
  assert.equal(found.path[3], 'car_ims/000004.jpg')
  assert.deepEqual(
    [...found.classNames],
    [
      [0, 'AM General Hummer SUV 2000'],
      [1, 'Škoda Octavia 2007'],
      [2, 'smart fortwo 2012'],
    ],
  )
  assert.deepEqual(found.closedSet, ['train', 'test', 'train', 'test', 'train', 'test'])
  assert.equal(found.official, undefined)
})

test('missing pictures, missing and damaged annotations are named', async (context) => {
  const root = temporaryFolder(context)
  await assert.rejects(read(root, {}), /cars_annos\.mat is missing: it names the class of every picture in car_ims/)
  writeFiles(root, {...pictures, 'cars_annos.mat': carsMat.subarray(0, 300)})
  await assert.rejects(read(root, {}), /- cars_annos\.mat is damaged: its end is missing\. Fetch it again\./)
  const other = temporaryFolder(context)
  const {'car_ims/000002.jpg': _, ...rest} = pictures
  writeFiles(other, {...rest, 'cars_annos.mat': carsMat})
  await assert.rejects(read(other, {}), /names files that are not there \(1\): car_ims\/000002\.jpg\./)
})
