import assert from 'node:assert/strict'
import {test} from 'node:test'
import {checkNode, checkProcessor, checkProjectPath, checkSpace} from '../../setup/tools.ts'

test('Node 20 to 24 pass, others are told which to install', () => {
  for (const version of ['20.20.2', '22.3.0', '24.21.0']) assert.equal(checkNode(version), undefined)
  for (const version of ['18.20.0', '25.0.0']) {
    assert.equal(checkNode(version), `Node must be 20, 22 or 24, this is ${version}. Install one of these.`)
  }
})

test('A processor without AVX is refused, one that does not say is not', () => {
  assert.equal(checkProcessor('processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2\n'), undefined)
  assert.equal(checkProcessor(''), undefined)
  // avx512f alone must not pass for avx by being a part of its name.
  assert.match(
    checkProcessor('flags\t\t: fpu sse4_2 avx512f\n') ?? '',
    /has no AVX \(\/proc\/cpuinfo\), which TensorFlow needs/,
  )
})

test('Too little space is told with both numbers and the variable that moves the cache', () => {
  assert.equal(checkSpace(2e9, 1.05e9, '/cache'), undefined)
  assert.equal(
    checkSpace(3.2e8, 1.05e9, '/cache'),
    '/cache has 0.32 GB free, staging TensorFlow takes 1.05 GB. Free some space, or set XDG_CACHE_HOME to a folder on a larger disk.',
  )
})

test('A project in a path with spaces is refused before node-gyp fails on it', () => {
  assert.equal(checkProjectPath('/home/me/nearmiss'), undefined)
  assert.match(
    checkProjectPath('/home/my name/nearmiss') ?? '',
    /"\/home\/my name\/nearmiss", and node-gyp cannot build/,
  )
})
