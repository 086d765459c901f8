import assert from 'node:assert/strict'
import {test} from 'node:test'
import {crc32} from 'node:zlib'
import sharp from 'sharp'
import {decode} from '../../lib/data/decode.ts'
import {drawPicture, drawPixels} from './pictures.ts'

const message = (text: RegExp) => ({name: 'UserError', message: text})

test('lossless files decode to the pixels they were made from', async () => {
  const image = await decode(await drawPicture(1, {width: 7, height: 5}))
  assert.deepEqual([image.width, image.height], [7, 5])
  assert.deepEqual(new Uint8Array(image.pixels), drawPixels(1, 7, 5))
})

test('grey, transparent and 16-bit files become 8-bit RGB, transparency dropped without blending', async () => {
  const grey = await sharp(Buffer.from([0, 100, 200, 255]), {raw: {width: 2, height: 2, channels: 1}})
    .png()
    .toBuffer()
  assert.deepEqual([...(await decode(grey)).pixels], [0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255])
  const clear = await sharp(Buffer.from([10, 20, 30, 0, 40, 50, 60, 128]), {raw: {width: 2, height: 1, channels: 4}})
    .png()
    .toBuffer()
  assert.deepEqual([...(await decode(clear)).pixels], [10, 20, 30, 40, 50, 60])
  const deep = await sharp(Buffer.from([10, 20, 30]), {raw: {width: 1, height: 1, channels: 3}})
    .toColourspace('rgb16')
    .png()
    .toBuffer()
  assert.deepEqual([...(await decode(deep)).pixels], [10, 20, 30])
})

test('the EXIF rotation is ignored, as Pillow does', async () => {
  const rotated = await sharp(await drawPicture(1, {width: 8, height: 4}))
    .withMetadata({orientation: 6})
    .jpeg()
    .toBuffer()
  const {width, height} = await decode(rotated)
  assert.deepEqual([width, height], [8, 4])
})

for (const format of ['png', 'jpeg'] as const) {
  test(`a ${format} file that is cut short anywhere is refused`, async () => {
    const whole = await drawPicture(1, {width: 40, height: 40, format})
    await decode(whole)
    for (const share of [0.3, 0.6, 0.9, 0.99]) {
      const part = whole.subarray(0, Math.floor(whole.length * share))
      await assert.rejects(decode(part), message(/^is cut short or damaged \(.+\)$/), `${share} of the file`)
    }
  })
}

test('the reason of a damaged file is told once, not for every line of pixels', async () => {
  const damaged = Buffer.from(await drawPicture(1, {width: 300, height: 300, format: 'jpeg'}))
  damaged.fill(0x77, 200, 400)
  await assert.rejects(decode(damaged), ({message}: Error) => {
    const reasons = message.slice(message.indexOf('(') + 1, -1).split('; ')
    assert.deepEqual(reasons, [...new Set(reasons)])
    assert.doesNotMatch(message, /Input buffer/)
    return true
  })
})

test('what is no picture is called so', async () => {
  await assert.rejects(
    decode(Buffer.from('<html>404 not found</html>')),
    message(/^is not a picture \(JPEG, PNG, WebP, TIFF or GIF\)$/),
  )
  await assert.rejects(decode(Buffer.alloc(0)), message(/^is empty$/))
})

test('a picture that claims more than 100 megapixels is refused before its pixels are made', async () => {
  const png = await drawPicture(1)
  // The header chunk: 4 bytes length, "IHDR", width, height, ..., checksum of all but the length.
  png.writeUInt32BE(20_000, 16)
  png.writeUInt32BE(20_000, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  await assert.rejects(decode(png), message(/^has more than 100 megapixels$/))
})
