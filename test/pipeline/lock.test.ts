import assert from 'node:assert/strict'
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {setTimeout} from 'node:timers/promises'
import {
  findOwner,
  type Lock,
  LockedError,
  type LockOptions,
  type Owner,
  takeLock,
  tryLock,
} from '../../lib/pipeline/lock.ts'

function openFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'nearmiss-lock-'))
  t.after(() => rmSync(folder, {recursive: true, force: true}))
  return join(folder, 'lock')
}

function options(changes: Partial<LockOptions> = {}): LockOptions {
  return {
    owner: {pid: process.pid, run: 'demo'},
    what: 'run demo',
    noWait: false,
    onWait: () => undefined,
    signal: new AbortController().signal,
    removed: false,
    ...changes,
  }
}

test('a held lock keeps others out, says whose it is, and is free after release', async (t) => {
  const file = openFile(t)
  assert.equal(await findOwner(file), undefined)
  const lock = (await takeLock(file, options()))!
  assert.deepEqual(await findOwner(file), {pid: process.pid, run: 'demo'})
  await assert.rejects(takeLock(file, options({noWait: true})), {
    name: 'LockedError',
    message: `run demo is being worked on by process ${process.pid} (run demo). Wait for it, or leave out --no-wait`,
  })
  lock.release()
  assert.equal(await findOwner(file), undefined)
  const again = (await takeLock(file, options({noWait: true})))!
  again.release()
})

test('whoever waits is told for whom, and gets the lock when it is released', async (t) => {
  const file = openFile(t)
  const first = (await takeLock(file, options({owner: {pid: 1, run: 'first'}})))!
  let got = false
  let second: Promise<Lock> | undefined
  const waitsFor = await new Promise<Owner | undefined>((onWait) => {
    second = takeLock(file, options({onWait})).then((lock) => {
      got = true
      return lock!
    })
  })
  await setTimeout(100)
  assert.deepEqual([waitsFor, got], [{pid: 1, run: 'first'}, false])
  first.release()
  const lock = await second!
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), {pid: process.pid, run: 'demo'})
  lock.release()
})

test('a lock file that is removed on release does not let two waiters in', async (t) => {
  const file = openFile(t)
  const first = (await takeLock(file, options({removed: true})))!
  let inside = 0
  let most = 0
  const enter = async () => {
    const lock = (await takeLock(file, options({removed: true})))!
    inside += 1
    most = Math.max(most, inside)
    await setTimeout(30)
    inside -= 1
    lock.release()
  }
  const others = [enter(), enter(), enter()]
  await setTimeout(400)
  first.release()
  await Promise.all(others)
  assert.equal(most, 1)
  assert.equal(existsSync(file), false)
})

test('waiting can be given up', async (t) => {
  const file = openFile(t)
  const first = (await takeLock(file, options()))!
  const stop = new AbortController()
  const second = takeLock(file, options({signal: stop.signal, onWait: () => stop.abort()}))
  assert.equal(await second, undefined)
  first.release()
})

test('readers share a file; who wants to remove it has to come back later', async (t) => {
  const file = openFile(t)
  const made = (await takeLock(file, options()))!
  made.release()
  const [one, two] = [await tryLock(file, 'shared'), await tryLock(file, 'shared')]
  assert.ok(one && two)
  assert.equal(await tryLock(file, 'exclusive'), undefined)
  one.release()
  two.release()
  const remover = await tryLock(file, 'exclusive')
  assert.ok(remover)
  assert.equal(await tryLock(file, 'shared'), undefined)
  remover.release()
  assert.equal(await tryLock(`${file}.nowhere`, 'shared'), undefined)
})

test('without flock there is one sentence that says what to install', async (t) => {
  const path = process.env.PATH
  process.env.PATH = ''
  t.after(() => {
    process.env.PATH = path
  })
  const taken = takeLock(openFile(t), options())
  await assert.rejects(taken, (error: Error) => {
    assert.equal(error instanceof LockedError, false)
    assert.equal(error.message, 'flock was not found: runs lock their files with it. Install util-linux')
    return true
  })
})
