import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {test} from 'node:test'
import {Dictionary, Float32, Int32, Table, tableToIPC, Utf8, vectorFromArray} from 'apache-arrow'
import fc from 'fast-check'
import {openAnyTable} from '../../lib/tables/catalogue.ts'
import {readDescriptors, writeDescriptors} from '../../lib/tables/descriptors.ts'
import {readImages, writeImages} from '../../lib/tables/images.ts'
import {readNeighbours} from '../../lib/tables/neighbours.ts'
import {UserError} from '../../lib/user-error.ts'
import {someDescriptors, someImages, temporaryFolder, writeSomeImages} from './fixtures.ts'

const rejects = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, (error) => error instanceof UserError && message.test(error.message))

test('a missing file, a folder and an empty file are each named with the reason', async (t) => {
  const at = temporaryFolder(t)
  mkdirSync(at('folder'))
  writeFileSync(at('empty'), '')
  await rejects(readImages(at('nothing')), /nothing is no readable table: there is no such file\. Make it again/)
  await rejects(readImages(at('folder')), /folder is no readable table: it is no regular file/)
  await rejects(readImages(at('empty')), /empty is no readable table: it has only 0 bytes/)
})

test('a file of another kind is named as such', async (t) => {
  const path = temporaryFolder(t)('birds.csv')
  writeFileSync(path, 'id,path\n'.repeat(100))
  await rejects(readImages(path), /it does not begin as an Arrow IPC file does/)
})

test('a file cut short anywhere is refused', async (t) => {
  const path = await writeSomeImages(temporaryFolder(t)('images.arrow'))
  const whole = readFileSync(path)
  for (let length = 0; length < whole.length; length += 13) {
    writeFileSync(path, whole.subarray(0, length))
    await rejects(readImages(path), length < 18 ? /it has only \d+ bytes/ : /it does not end as an Arrow IPC file does/)
  }
})

test('damaged bytes give a table or a UserError, never another error, a hang or a huge allocation', async (t) => {
  const path = temporaryFolder(t)('table.arrow')
  for (const write of [() => writeImages(path, someImages()), () => writeDescriptors(path, someDescriptors())]) {
    await write()
    const whole = readFileSync(path)
    const read = async (bytes: Buffer) => {
      writeFileSync(path, bytes)
      try {
        const {reader} = await openAnyTable(path)
        for await (const {rowCount} of reader.batches()) assert.ok(rowCount < 1000)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
      }
    }
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({min: 0, max: 255})), {
      minLength: 1,
      maxLength: 4,
    })
    const property = fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(whole)
      for (const [position, value] of changes) bytes[position] = value
      await read(bytes)
    })
    await fc.assert(property, {numRuns: 400, seed: 1})
  }
})

test('a vector length in the footer that was set to two thousand million is found before anything loops over it', async (t) => {
  const path = await writeSomeImages(temporaryFolder(t)('images.arrow'))
  const whole = readFileSync(path)
  const footerBytes = whole.readInt32LE(whole.length - 10)
  let found = 0
  for (let position = whole.length - 10 - footerBytes; position < whole.length - 10; position += 4) {
    // Small numbers at word boundaries are vector lengths, string lengths, offsets or types.
    if (whole.readUInt32LE(position) > 20) continue
    const bytes = Buffer.from(whole)
    bytes.writeUInt32LE(0x7fffffff, position)
    writeFileSync(path, bytes)
    await readImages(path).catch((error) => {
      assert.ok(error instanceof UserError, String(error))
      if (/leaves its header/.test(error.message)) found++
    })
  }
  assert.ok(found > 10)
})

test('another table of ours is refused with everything that differs', async (t) => {
  const path = await writeSomeImages(temporaryFolder(t)('images.arrow'))
  await rejects(
    readNeighbours(path),
    /metadata nearmiss\.table must be "neighbours", got "images".*column anchor \(int32\) is missing.*column "path" is unknown/,
  )
})

test('a table made elsewhere is refused with the columns, types and metadata that it lacks', async (t) => {
  const path = temporaryFolder(t)('foreign.arrow')
  const table = new Table({id: vectorFromArray([1, 2], new Float32()), vector: vectorFromArray([1, 2], new Int32())})
  writeFileSync(path, tableToIPC(table, 'file'))
  await rejects(
    readDescriptors(path),
    /got none.*metadata normalised is missing; column id must be int32, got Float32; column vector must be vector, got Int32/,
  )
})

test('missing values and dictionary-encoded text are refused with the reason', async (t) => {
  const at = temporaryFolder(t)
  writeFileSync(
    at('dictionary'),
    tableToIPC(new Table({split: vectorFromArray(['a'], new Dictionary(new Utf8(), new Int32()))}), 'file'),
  )
  await rejects(readImages(at('dictionary')), /dictionary-encoded columns/)
  const columns = {anchor: [1, null], rank: [0, 1], neighbour: [2, 3]}
  const ints = Object.entries(columns).map(([name, values]) => [name, vectorFromArray(values, new Int32())] as const)
  const table = new Table({...Object.fromEntries(ints), distance: vectorFromArray([0.5, 1], new Float32())})
  const metadata = new Map([
    ['nearmiss.table', 'neighbours'],
    ['nearmiss.version', '1'],
  ])
  for (const [key, value] of metadata) table.schema.metadata.set(key, value)
  writeFileSync(at('null'), tableToIPC(table, 'file'))
  await rejects(readNeighbours(at('null')), /column anchor: a column has 1 missing values \(null\)/)
})

test('a table of unknown name is refused with the names that exist', async (t) => {
  const path = temporaryFolder(t)('foreign.arrow')
  writeFileSync(path, tableToIPC(new Table({a: vectorFromArray([1], new Int32())}), 'file'))
  await rejects(
    openAnyTable(path),
    /nearmiss\.table is ""; tables of this project are images, membership, descriptors, neighbours/,
  )
})
