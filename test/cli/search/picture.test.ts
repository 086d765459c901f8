import assert from 'node:assert/strict'
import {test} from 'node:test'
import sharp from 'sharp'
import {findFlaw, shutOtherLoaders} from '../../../lib/cli/search/picture.ts'

const picture = () => sharp({create: {width: 20, height: 20, channels: 3, background: 'red'}})

test('pictures of data sets are taken before and after the other loaders are shut, others never', async () => {
  const taken = await Promise.all(
    (['jpeg', 'png', 'webp', 'tiff', 'gif'] as const).map((format) => picture().toFormat(format).toBuffer()),
  )
  const refused = [
    await picture().avif().toBuffer(),
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"/>'),
  ]
  for (const shut of [() => undefined, shutOtherLoaders]) {
    shut()
    for (const bytes of taken) assert.equal(await findFlaw(bytes), undefined)
    for (const bytes of refused) assert.equal(await findFlaw(bytes), 'is not a picture (JPEG, PNG, WebP, TIFF or GIF)')
  }
})

test('a picture is looked at to its last pixel', async () => {
  const jpeg = await picture().resize(400, 400).jpeg().toBuffer()
  assert.equal(await findFlaw(jpeg.subarray(0, jpeg.length - 200)), 'is cut short or damaged')
  assert.equal(await findFlaw(new Uint8Array()), 'is empty')
})
