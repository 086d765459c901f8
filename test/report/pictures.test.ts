import assert from 'node:assert/strict'
import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {test} from 'node:test'
import sharp from 'sharp'
import {openPictures} from '../../lib/report/pictures.ts'
import {drawnImages, temporaryFolder} from './fixtures.ts'

test('a thumbnail holds the picture itself, no larger than it is, in the format asked for', async (context) => {
  const images = await drawnImages(await temporaryFolder(context), [0, 1], ['a', 'b'])
  const pictures = openPictures(images)
  const {source, width, height} = await pictures.thumbnail(11)
  assert.match(source, /^data:image\/webp;base64,/)
  assert.deepEqual([width, height], [31, 24])
  const {dominant} = await sharp(Buffer.from(source.split(',')[1]!, 'base64')).stats()
  assert.ok(Math.abs(dominant.g - 131) < 20, `${dominant.g}`)
  assert.match((await pictures.thumbnail(11, 'jpeg')).source, /^data:image\/jpeg;base64,/)
})

test('a picture that is gone, damaged or unknown is a drawing that says so, and is counted', async (context) => {
  const images = await drawnImages(await temporaryFolder(context), [0, 0, 0], ['a'])
  await rm(join(images.root, images.path[0]!))
  await writeFile(join(images.root, images.path[1]!), 'no picture')
  const pictures = openPictures(images)
  for (const id of [10, 11, 99]) assert.match((await pictures.thumbnail(id)).source, /^data:image\/svg\+xml/)
  await pictures.thumbnail(12)
  assert.equal(pictures.unreadable(), 3)
})

test('a sprite holds picture after picture in rows, white where one cannot be read', async (context) => {
  const images = await drawnImages(await temporaryFolder(context), [0, 1, 2, 3, 1], ['a', 'b', 'c', 'd'])
  await rm(join(images.root, images.path[2]!))
  const {data, columns, side} = await openPictures(images).sprite(images.id, 8, 'png')
  const {data: pixels, info} = await sharp(data).raw().toBuffer({resolveWithObject: true})
  assert.deepEqual([columns, side, info.width, info.height], [3, 8, 24, 24])
  const middle = (cell: number) => {
    const at = ((Math.floor(cell / 3) * 8 + 4) * 24 + (cell % 3) * 8 + 4) * 3
    return [...pixels.subarray(at, at + 3)]
  }
  assert.deepEqual(middle(1), [67, 131, 41])
  assert.deepEqual(middle(3), [201, 393 % 256, 43])
  assert.deepEqual(middle(2), [255, 255, 255])
})
