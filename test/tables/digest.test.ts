import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {test} from 'node:test'
import {RecordBatchFileWriter, tableFromIPC} from 'apache-arrow'
import {writeBatches} from '../../lib/tables/batches.ts'
import {writeDescriptors} from '../../lib/tables/descriptors.ts'
import {digestColumns} from '../../lib/tables/digest.ts'
import type {ImagesTable} from '../../lib/tables/images.ts'
import {UserError} from '../../lib/user-error.ts'
import {catalogue} from '../../stages/catalogue.ts'
import {someBatches, someDescriptors, someImages, temporaryFolder, writeSomeImages} from './fixtures.ts'

// What an extraction of the train split reads of images.arrow.
const {reads} = catalogue.stages['extract-descriptors']!.inputs.images!
const pixels = reads!({split: 'train'}) as unknown as Parameters<typeof digestColumns>[1]

const changes: [string, Partial<ImagesTable>, 'same' | 'other'][] = [
  ['nothing', {}, 'same'],
  ['labels and class names', {label: new Int32Array(8), className: Array(8).fill('bird')}, 'same'],
  ['paths and the root', {path: someImages().path.map((path) => `moved/${path}`), root: '/elsewhere'}, 'same'],
  ['the bytes of a validation image', {sha256: someImages().sha256.with(4, 'f'.repeat(64))}, 'same'],
  ['the split of a test image to val', {split: someImages().split.with(6, 'val')}, 'same'],
  ['the bytes of a training image', {sha256: someImages().sha256.with(0, 'f'.repeat(64))}, 'other'],
  ['the box of a validation image', {boxLeft: someImages().boxLeft.with(4, 1)}, 'same'],
  ['the box of a training image', {boxWidth: someImages().boxWidth.with(0, 50)}, 'other'],
  ['the split of a training image', {split: someImages().split.with(0, 'unused')}, 'other'],
  ['the id of a training image', {id: Int32Array.of(0, 1, 2, 100, 101, 102, 103, 104)}, 'other'],
]

for (const [what, change, expected] of changes) {
  test(`changing ${what} gives ${expected === 'same' ? 'the same digest' : 'another digest'} of the training pixels`, async (t) => {
    const at = temporaryFolder(t)
    const before = await digestColumns(await writeSomeImages(at('before')), pixels)
    const after = await digestColumns(await writeSomeImages(at('after'), change), pixels)
    assert.match(before, /^[0-9a-f]{64}$/)
    assert[expected === 'same' ? 'equal' : 'notEqual'](after, before)
  })
}

test('the digest does not depend on record batches, nor on the order and repetition of column names', async (t) => {
  const at = temporaryFolder(t)
  const count = 20_000
  const id = Int32Array.from({length: count}, (_, row) => row)
  await writeDescriptors(at('ours'), {id, dim: 2, vectors: Float32Array.from({length: 2 * count}, (_, n) => n)})
  const [batch] = tableFromIPC(readFileSync(at('ours'))).batches
  assert.ok(batch && batch.numRows === 8192)
  const parts = tableFromIPC(readFileSync(at('ours'))).batches.flatMap((whole) => [
    whole.slice(0, 100),
    whole.slice(100),
  ])
  writeFileSync(at('other'), RecordBatchFileWriter.writeAll(parts).toUint8Array(true))
  const expected = await digestColumns(at('ours'), {columns: ['id', 'vector']})
  assert.equal(await digestColumns(at('other'), {columns: ['vector', 'id', 'vector']}), expected)
  assert.notEqual(await digestColumns(at('ours'), {columns: ['vector']}), expected)
})

test('moving a letter from one text to the next changes the digest', async (t) => {
  const at = temporaryFolder(t)
  const columns = ['class_name']
  const digest = async (name: string, className: string[]) =>
    digestColumns(await writeSomeImages(at(name), {className}), {columns})
  const rest = someImages().className.slice(2)
  assert.notEqual(await digest('a', ['ab', 'c', ...rest]), await digest('b', ['a', 'bc', ...rest]))
})

test('all columns of all kinds can be digested', async (t) => {
  const at = temporaryFolder(t)
  await writeBatches(at('batches'), someBatches())
  await writeDescriptors(at('descriptors'), someDescriptors())
  const columns = ['step', 'role', 'image', 'seed', 'lr']
  assert.match(await digestColumns(at('batches'), {columns}), /^[0-9a-f]{64}$/)
  assert.notEqual(
    await digestColumns(at('batches'), {columns, where: {role: 'anchor'}}),
    await digestColumns(at('batches'), {columns, where: {role: 'negative'}}),
  )
  assert.match(await digestColumns(at('descriptors'), {columns: ['vector']}), /^[0-9a-f]{64}$/)
})

test('unknown columns and conditions on numbers are refused with the columns that exist', async (t) => {
  const path = await writeSomeImages(temporaryFolder(t)('images.arrow'))
  await assert.rejects(digestColumns(path, {columns: ['id', 'colour'], where: {label: '1', pose: 'x'}}), (error) => {
    assert.ok(error instanceof UserError)
    assert.match(
      error.message,
      /there is no column colour; there is no column pose; rows can only be chosen by text, and label is int32/,
    )
    return /Its columns are id, path, label/.test(error.message)
  })
})
