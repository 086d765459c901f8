import assert from 'node:assert/strict'
import {writeFile} from 'node:fs/promises'
import {test} from 'node:test'
import {describeFileError} from '../../lib/pipeline/file-error.ts'

test('a full disk is told with the way out (the kernel says so for every write to /dev/full)', async () => {
  const error = await writeFile('/dev/full', 'x').catch((reason: unknown) => reason)
  assert.equal(
    describeFileError(error, '/mnt/artifacts'),
    'the disk is full: /mnt/artifacts (ENOSPC, write). Free some space and run again: what is committed stays, nothing is computed twice',
  )
})

test('a read-only file system and missing rights name the path', () => {
  const error = (code: string, path: string) => Object.assign(new Error(code), {code, path, syscall: 'mkdir'})
  assert.equal(
    describeFileError(error('EROFS', '/mnt/artifacts/runs'), '/mnt'),
    'cannot write, the file system is read-only: /mnt/artifacts/runs (EROFS, mkdir). Mount it writable, or keep artifacts elsewhere',
  )
  assert.equal(
    describeFileError(error('EACCES', '/mnt/artifacts'), '/mnt'),
    'not allowed: /mnt/artifacts (EACCES, mkdir). Change the permissions, or keep artifacts elsewhere',
  )
})

test('an error about something else stays what it is', () => {
  assert.equal(describeFileError(new TypeError('x'), '/'), undefined)
  assert.equal(describeFileError(Object.assign(new Error('x'), {code: 'ENOENT'}), '/'), undefined)
})
