import assert from 'node:assert/strict'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {openScratch} from '../../lib/pipeline/scratch.ts'

function openFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-scratch-'))
  t.after(() => rmSync(folder, {recursive: true, force: true}))
  return join(folder, 'key')
}

const write = (text: string) => async (folder: string) => writeFileSync(join(folder, 'state'), text)

test('the newest snapshot is found and the older ones are gone', async (t) => {
  const folder = openFolder(t)
  const scratch = openScratch(folder)
  assert.equal(await scratch.latest(), undefined)
  for (const step of [20, 999_980, 1_000_000]) await scratch.save(step, write(String(step)))
  assert.deepEqual(readdirSync(folder), ['step-1000000'])
  const latest = (await scratch.latest())!
  assert.equal(latest.step, 1_000_000)
  assert.equal(readFileSync(join(latest.folder, 'state'), 'utf8'), '1000000')
})

test('a draft that was never published is not a snapshot and does not stand in the way', async (t) => {
  const folder = openFolder(t)
  mkdirSync(join(folder, 'draft'), {recursive: true})
  writeFileSync(join(folder, 'draft', 'half'), '')
  const scratch = openScratch(folder)
  assert.equal(await scratch.latest(), undefined)
  await scratch.save(20, write('a'))
  assert.deepEqual(readdirSync(join(folder, 'step-000020')), ['state'])
})

test('a snapshot that fails leaves the one before', async (t) => {
  const scratch = openScratch(openFolder(t))
  await scratch.save(20, write('a'))
  await assert.rejects(
    scratch.save(40, () => Promise.reject(new Error('disk'))),
    {message: 'disk'},
  )
  assert.equal((await scratch.latest())?.step, 20)
})

test('a step that is saved already stays as it is', async (t) => {
  const scratch = openScratch(openFolder(t))
  await scratch.save(20, write('a'))
  await scratch.save(20, write('b'))
  assert.equal(readFileSync(join((await scratch.latest())!.folder, 'state'), 'utf8'), 'a')
})
