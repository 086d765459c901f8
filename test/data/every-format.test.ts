import assert from 'node:assert/strict'
import {readdirSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {test} from 'node:test'
import {listImages} from '../../lib/data/list-images.ts'
import {dataParameters} from '../../lib/data/parameters.ts'
import {checkImages, writeImages} from '../../lib/tables/images.ts'
import {lookAlikes, writeLookAlike} from './look-alikes.ts'
import {temporaryFolder} from './pictures.ts'

test('every reader has a look-alike here', () => {
  const [named] = dataParameters.shape.format.options
  const formats: readonly string[] = named.options
  assert.deepEqual(Object.keys(lookAlikes).sort(), [...formats].sort())
  const files = readdirSync(resolve(import.meta.dirname, '../../lib/data/formats'))
  assert.deepEqual(
    formats.filter((format) => !files.includes(`${format}.ts`)),
    [],
  )
})

for (const [format, lookAlike] of Object.entries(lookAlikes)) {
  const {protocol, split} = lookAlike
  test(`${format}: a look-alike becomes a sound table of images`, async (context) => {
    const root = temporaryFolder(context)
    await writeLookAlike(root, lookAlike)
    const {images, notes} = await listImages(dataParameters.parse({format, root, ...protocol}))
    assert.deepEqual(images.split, split)
    const isPublished = !['folder', 'manifest', 'split-lists', 'vehicle-id'].includes(format)
    assert.equal(
      notes.some((note) => note.startsWith('This is not all of ')),
      isPublished,
      notes.join('\n'),
    )
    const file = join(temporaryFolder(context), 'images.arrow')
    await writeImages(file, images)
    assert.deepEqual(await checkImages(file), [])
  })
}

test('with data.strict a data set that is not whole is refused', async (context) => {
  const root = temporaryFolder(context)
  await writeLookAlike(root, lookAlikes.cub!)
  const data = dataParameters.parse({format: 'cub', root, ...lookAlikes.cub!.protocol, strict: true})
  await assert.rejects(listImages(data), {
    name: 'UserError',
    message:
      'This is not all of CUB-200-2011: 6 images of 3 classes, published were 11,788 images of 200 classes. Its numbers compare with no publication.\nFetch what was published, or leave out data.strict.',
  })
})
