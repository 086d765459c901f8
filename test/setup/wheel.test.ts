import assert from 'node:assert/strict'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {after, test} from 'node:test'
import {cpu, placeTensorflow} from '../../setup/distribution.ts'
import {gpu} from '../../setup/tensorflow-gpu.ts'
import {explainPip, parseRecord, unpackWheel} from '../../setup/wheel.ts'
import {makeWheel, toyDistribution, toyFiles} from './wheels.ts'

const folder = mkdtempSync(join(tmpdir(), 'wheel-'))
after(() => rmSync(folder, {recursive: true}))

test('RECORD gives sizes and hashes in hex, also of quoted paths, and passes over lines without a hash', () => {
  // 47DEQpj8… is the sha256 of nothing in base64url.
  const nothing = '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
  const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const record = parseRecord(
    `a/b.h,sha256=${nothing},0\r\n"odd, ""name"".so",sha256=${nothing},7\nx.dist-info/RECORD,,\n`,
  )
  assert.deepEqual(Object.fromEntries(record), {'a/b.h': {bytes: 0, sha256}, 'odd, "name".so': {bytes: 7, sha256}})
})

test('Only what the addon is built against and linked with is taken out of a wheel', async () => {
  const wheel = makeWheel(folder, toyFiles)
  const placed = await unpackWheel(wheel, toyDistribution(wheel).wheels[0]!, join(folder, 'out'))
  assert.deepEqual(Object.keys(placed).sort(), [
    'include/tensorflow/c/c_api.h',
    'lib/libtensorflow_cc.so.2',
    'lib/libtensorflow_framework.so.2',
  ])
  assert.equal(readFileSync(join(folder, 'out/lib/libtensorflow_cc.so.2'), 'utf8'), 'the big library')
  assert.equal(placed['lib/libtensorflow_cc.so.2']?.bytes, 'the big library'.length)
})

test('A file that does not match its line in RECORD is refused by name', async () => {
  const wheel = makeWheel(folder, toyFiles, {'tensorflow/libtensorflow_cc.so.2': 'A'.repeat(43)})
  await assert.rejects(unpackWheel(wheel, toyDistribution(wheel).wheels[0]!, join(folder, 'damaged')), {
    name: 'UserError',
    message: /libtensorflow_cc\.so\.2 in tensorflow_toy-1\.0.* is damaged/,
  })
})

test('The five headers outside tensorflow/c that tfjs includes indirectly are taken, C++ headers are not', () => {
  const include = 'tensorflow/include'
  for (const path of [
    'tensorflow/core/platform/ctstring.h',
    'tsl/platform/ctstring_internal.h',
    'xla/tsl/c/tsl_status.h',
  ]) {
    assert.equal(placeTensorflow(`${include}/${path}`), `include/${path}`)
  }
  assert.equal(placeTensorflow(`${include}/tensorflow/core/platform/env.h`), undefined)
  assert.equal(placeTensorflow('tensorflow/libtensorflow_cc.so.2.extra'), undefined)
})

test('Every wheel is pinned to one version and one sha256, and no two builds share a folder', () => {
  for (const {requirement, sha256} of [...cpu.wheels, ...gpu.wheels]) {
    assert.match(requirement, /^[a-z0-9-]+==[\d.]+$/)
    assert.match(sha256, /^[0-9a-f]{64}$/)
  }
  assert.notEqual(cpu.folder, gpu.folder)
  assert.equal(new Set(gpu.wheels.map(({sha256}) => sha256)).size, gpu.wheels.length)
})

test('NVIDIA libraries go beside lib, where the run path of TensorFlow looks, without their headers', () => {
  const place = gpu.wheels[1]!.place
  assert.equal(place('nvidia/cublas/lib/libcublas.so.12'), 'nvidia/cublas/lib/libcublas.so.12')
  assert.equal(
    place('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc'),
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  )
  assert.equal(place('nvidia/cublas/include/cublas.h'), undefined)
  assert.equal(place('nvidia_cublas_cu12-12.5.3.2.dist-info/RECORD'), undefined)
})

test('What pip said is shown once, with what it usually means', () => {
  const retry = "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError'"
  const none = 'ERROR: No matching distribution found for tensorflow-cpu==2.19.1'
  const offline = explainPip('tensorflow-cpu==2.19.1', `${retry}\n${retry}\n${none}\n`)
  assert.match(
    offline,
    /^pip could not download tensorflow-cpu==2\.19\.1:\n {2}WARNING: Retrying.*\n {2}ERROR: No matching.*\nIs the network up\?/,
  )
  assert.match(explainPip('x==1', `${none}\n`), /use one that mirrors the public index/)
  assert.match(explainPip('x==1', 'ERROR: [Errno 28] No space left on device'), /Free some space/)
})
