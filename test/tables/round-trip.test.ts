import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {test} from 'node:test'
import {readBatches, writeBatches} from '../../lib/tables/batches.ts'
import {readDescriptors, writeDescriptors} from '../../lib/tables/descriptors.ts'
import {readImages, rowsOfSplit, writeImages} from '../../lib/tables/images.ts'
import {readMembers, writeMembers} from '../../lib/tables/members.ts'
import {readNeighbours, writeNeighbours} from '../../lib/tables/neighbours.ts'
import {readQueries, writeQueries} from '../../lib/tables/queries.ts'
import {readSteps, writeSteps} from '../../lib/tables/steps.ts'
import {
  someBatches,
  someDescriptors,
  someImages,
  someMembers,
  someNeighbours,
  someQueries,
  someSteps,
  temporaryFolder,
} from './fixtures.ts'

const tables = {
  images: [someImages, writeImages, readImages],
  descriptors: [someDescriptors, writeDescriptors, readDescriptors],
  neighbours: [someNeighbours, writeNeighbours, readNeighbours],
  batches: [someBatches, writeBatches, readBatches],
  members: [someMembers, writeMembers, readMembers],
  steps: [someSteps, writeSteps, readSteps],
  queries: [someQueries, writeQueries, readQueries],
} as const

for (const [name, [make, write, read]] of Object.entries(tables)) {
  test(`a table of ${name} is read as it was written, and written twice gives the same bytes`, async (t) => {
    const at = temporaryFolder(t)
    await (write as (path: string, table: unknown) => Promise<void>)(at('first.arrow'), make())
    await (write as (path: string, table: unknown) => Promise<void>)(at('second.arrow'), make())
    assert.deepEqual(await read(at('first.arrow')), make())
    assert.ok(readFileSync(at('first.arrow')).equals(readFileSync(at('second.arrow'))))
  })
}

test('a table of several record batches is read as one array per column', async (t) => {
  const path = temporaryFolder(t)('descriptors.arrow')
  const count = 3 * 8192 + 5
  const table = {
    id: Int32Array.from({length: count}, (_, row) => 2 * row),
    dim: 3,
    vectors: Float32Array.from({length: 3 * count}, (_, at) => at),
  }
  await writeDescriptors(path, table)
  assert.deepEqual(await readDescriptors(path), table)
})

test('text of many rows keeps its rows over record batches', async (t) => {
  const path = temporaryFolder(t)('batches.arrow')
  const count = 8192 + 100
  const zeros = () => new Int32Array(count)
  const role = Array.from({length: count}, (_, row) => 'é'.repeat(row % 3))
  const seeds = () => new Uint32Array(count)
  const lr = new Float64Array(count)
  await writeBatches(path, {
    step: zeros(),
    slot: zeros(),
    group: zeros(),
    role,
    image: zeros(),
    seed: seeds(),
    distance: new Float32Array(count),
    lr,
    momentum: new Float64Array(count),
    stepSeed: seeds(),
  })
  assert.deepEqual((await readBatches(path)).role, role)
})

test('a table without rows is still a table', async (t) => {
  const path = temporaryFolder(t)('neighbours.arrow')
  const none = () => new Int32Array()
  await writeNeighbours(path, {anchor: none(), rank: none(), neighbour: none(), distance: new Float32Array()})
  assert.equal((await readNeighbours(path)).anchor.length, 0)
})

test('columns of different lengths are not written', async (t) => {
  const path = temporaryFolder(t)('neighbours.arrow')
  const table = {...someNeighbours(), rank: new Int32Array(3)}
  await assert.rejects(writeNeighbours(path, table), /different row counts: 4, 3, 4, 4/)
})

test('the rows of a split are found in order', () => {
  assert.deepEqual(rowsOfSplit(someImages(), 'val'), [4, 5])
  assert.deepEqual(rowsOfSplit(someImages(), 'unused'), [])
})
