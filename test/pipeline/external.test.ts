import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {openCache} from '../../lib/pipeline/cache.ts'
import {digestExternal, type FileStamp} from '../../lib/pipeline/external.ts'

const old = new Date('2020-01-01')

function openFolder(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'nearmiss-external-'))
  t.after(() => rmSync(root, {recursive: true, force: true}))
  mkdirSync(join(root, 'tree', 'b'), {recursive: true})
  const write = (name: string, text: string, time = old) => {
    writeFileSync(join(root, name), text)
    utimesSync(join(root, name), time, time)
  }
  write('tree/a.jpg', 'a')
  write('tree/b/c.jpg', 'c')
  write('weights', 'abc')
  const cache = openCache<FileStamp>(join(root, 'artifacts'), 'files')
  const digest = (kind: 'file' | 'tree', path: string) => digestExternal({kind, path, parameter: 'p'}, root, cache)
  return {root, write, digest}
}

test('a file counts by its bytes', async (t) => {
  const {digest} = openFolder(t)
  // sha256 of "abc" is the first example of FIPS 180-2.
  assert.equal(
    await digest('file', 'weights'),
    'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('a file whose size and time are as before is not read again; a young one always is', async (t) => {
  const {write, digest} = openFolder(t)
  const before = await digest('file', 'weights')
  write('weights', 'xyz')
  assert.equal(await digest('file', 'weights'), before, 'same file, size and time: taken from the cache')
  write('weights', 'abc', new Date())
  const young = await digest('file', 'weights')
  assert.equal(young, before)
  const now = new Date()
  write('weights', 'one', now)
  const one = await digest('file', 'weights')
  write('weights', 'two', now)
  assert.notEqual(await digest('file', 'weights'), one, 'an edit within the same clock tick is seen')
})

test('a folder changes with any name, size or time in it, and with its own place', async (t) => {
  const {root, write, digest} = openFolder(t)
  const seen = new Set([await digest('tree', 'tree')])
  const changes = [
    () => write('tree/b/c.jpg', 'cc'),
    () => utimesSync(join(root, 'tree/a.jpg'), old, new Date('2021-01-01')),
    () => renameSync(join(root, 'tree/a.jpg'), join(root, 'tree/b/a.jpg')),
    () => write('tree/d.jpg', ''),
    () => rmSync(join(root, 'tree/d.jpg')),
  ]
  const counts = []
  for (const change of changes) {
    change()
    seen.add(await digest('tree', 'tree'))
    counts.push(seen.size)
  }
  assert.deepEqual(counts, [2, 3, 4, 5, 5], 'the last change undoes the one before')
  renameSync(join(root, 'tree'), join(root, 'moved'))
  seen.add(await digest('tree', 'moved'))
  assert.equal(seen.size, 6)
})

test('links to folders are followed; those that lead nowhere count by their names', async (t) => {
  const {root, write, digest} = openFolder(t)
  mkdirSync(join(root, 'elsewhere'))
  symlinkSync(join(root, 'elsewhere'), join(root, 'tree', 'link'))
  const before = await digest('tree', 'tree')
  write('elsewhere/e.jpg', 'e')
  const after = await digest('tree', 'tree')
  assert.notEqual(after, before)
  symlinkSync(join(root, 'nowhere'), join(root, 'tree', 'broken'))
  assert.notEqual(await digest('tree', 'tree'), after)
})

test('links in circles end', async (t) => {
  const {root, write, digest} = openFolder(t)
  symlinkSync('itself', join(root, 'tree/itself'))
  symlinkSync('../..', join(root, 'tree/b/up'))
  // Followed, two of these would take two to the power of forty visits.
  symlinkSync('.', join(root, 'tree/b/here'))
  symlinkSync('../b', join(root, 'tree/b/again'))
  const before = await digest('tree', 'tree')
  write('tree/b/c.jpg', 'cc')
  assert.notEqual(await digest('tree', 'tree'), before)
})
