import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {test} from 'node:test'
import fc from 'fast-check'
import type {StateDict} from '../../lib/engine/state-dict.ts'
import {openSafetensors, writeSafetensors} from '../../lib/model/safetensors.ts'
import {loadTensor} from '../../lib/model/tensor-source.ts'
import {UserError} from '../../lib/user-error.ts'
import {temporaryFile, temporaryFolder} from './fixtures.ts'

const some: StateDict = new Map([
  ['weight', {dtype: 'F32', shape: [3], data: Float32Array.of(1, -2.5, Number.NaN)}],
  ['count', {dtype: 'I64', shape: [], data: BigInt64Array.of(2n ** 40n)}],
  ['2', {dtype: 'F32', shape: [2, 0], data: new Float32Array()}],
  ['matrix', {dtype: 'F32', shape: [2, 2], data: Float32Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5)}],
])

const rejects = (reading: Promise<unknown>, message: RegExp) =>
  assert.rejects(reading, (error) => error instanceof UserError && message.test(error.message))

/** A file with this header and so many bytes of numbers. */
function fileBytes(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)])
}

test('tensors and metadata are read as they were written, views into larger arrays too', async (t) => {
  const path = temporaryFolder(t)('some.safetensors')
  await writeSafetensors(path, some, {note: 'für Ä', empty: ''})
  const file = await openSafetensors(path)
  assert.deepEqual(file.metadata, {empty: '', note: 'für Ä'})
  for (const [name, tensor] of some) {
    const read = await loadTensor(file.tensors.get(name)!)
    assert.deepEqual({...read, data: [...read.data]}, {...tensor, data: [...tensor.data]})
  }
  await file.close()
})

test('64-bit numbers come first so that every tensor is aligned, and the header is padded to 8 bytes', async (t) => {
  const path = temporaryFolder(t)('some.safetensors')
  await writeSafetensors(path, some, {})
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE())
  assert.equal(length % 8, 0)
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, {data_offsets: number[]}>
  assert.deepEqual(header.count?.data_offsets, [0, 8])
  assert.deepEqual(header.weight?.data_offsets, [8, 20])
})

test('the same content gives the same bytes, whatever the order of the metadata', async (t) => {
  const at = temporaryFolder(t)
  await writeSafetensors(at('a'), some, {a: '1', b: '2'})
  await writeSafetensors(at('b'), some, {b: '2', a: '1'})
  assert.ok(readFileSync(at('a')).equals(readFileSync(at('b'))))
})

test('other floating types are read as float32 and int32 as int64', async (t) => {
  const data = Buffer.concat([
    Buffer.from(Float64Array.of(0.1, -2).buffer),
    Buffer.from(Int32Array.of(-7, 2 ** 31 - 1).buffer),
    // binary16: 1.5, -0, smallest subnormal, 65504, infinity, NaN
    Buffer.from(Uint16Array.of(0x3e00, 0x8000, 0x0001, 0x7bff, 0x7c00, 0x7e00).buffer),
    // bfloat16: 1.5, -2
    Buffer.from(Uint16Array.of(0x3fc0, 0xc000).buffer),
  ])
  const header = {
    double: {dtype: 'F64', shape: [2], data_offsets: [0, 16]},
    int: {dtype: 'I32', shape: [2], data_offsets: [16, 24]},
    half: {dtype: 'F16', shape: [6], data_offsets: [24, 36]},
    brain: {dtype: 'BF16', shape: [2], data_offsets: [36, 40]},
  }
  const bytes = fileBytes(header, data.length)
  data.copy(bytes, bytes.length - data.length)
  const file = await openSafetensors(temporaryFile(t, 'mixed.safetensors', bytes))
  const read = async (name: string) => [...(await loadTensor(file.tensors.get(name)!)).data]
  assert.deepEqual(await read('double'), [Math.fround(0.1), -2])
  assert.deepEqual(await read('int'), [-7n, 2n ** 31n - 1n])
  assert.deepEqual(await read('half'), [1.5, -0, 2 ** -24, 65504, Infinity, Number.NaN])
  assert.deepEqual(await read('brain'), [1.5, -2])
  await file.close()
})

const tensor = (begin: number, end: number) => ({dtype: 'F32', shape: [(end - begin) / 4], data_offsets: [begin, end]})

const broken: [string, Buffer, RegExp][] = [
  ['a file of five bytes', Buffer.from('short'), /it has only 5 bytes/],
  ['a header longer than the file', fileBytes({}, 0).fill(0xff, 0, 1), /its header claims 255 of 10 bytes/],
  [
    'a header above the limit',
    Buffer.from(BigUint64Array.of(2n ** 63n).buffer),
    /claims 9223372036854776000 bytes, above the limit of 100000000/,
  ],
  ['a header that is no JSON', fileBytes('{"a": ', 0), /its header is no JSON/],
  [
    'a header that is no UTF-8',
    Buffer.concat([fileBytes('"aa"', 0).subarray(0, 9), Buffer.of(0xff, 0xfe, 0x22)]),
    /its header is no JSON/,
  ],
  ['a header that is a list', fileBytes([], 0), /its header is no JSON object/],
  ['metadata other than text', fileBytes({__metadata__: {epoch: 3}}, 0), /its metadata is not all text/],
  ['an unknown type', fileBytes({a: {...tensor(0, 4), dtype: 'F3'}}, 4), /tensor a: dtype unknown dtype/],
  ['a negative length', fileBytes({a: {...tensor(0, 4), shape: [-1]}}, 4), /tensor a: shape\.0/],
  ['a length that is no whole number', fileBytes({a: {...tensor(0, 4), shape: [0.5]}}, 4), /tensor a: shape\.0/],
  [
    'an unsafe product of lengths',
    fileBytes({a: {...tensor(0, 4), shape: [2 ** 40, 2 ** 40]}}, 4),
    /needs 4\.\d+e\+24 bytes but has 4/,
  ],
  [
    'fewer bytes than the shape needs',
    fileBytes({a: {...tensor(0, 4), shape: [2]}}, 4),
    /tensor a \(F32 \[2\]\) needs 8 bytes but has 4/,
  ],
  [
    'offsets the wrong way round',
    fileBytes({a: {...tensor(0, 4), data_offsets: [4, 0]}}, 4),
    /needs 4 bytes but has -4/,
  ],
  [
    'tensors that overlap',
    fileBytes({a: tensor(0, 8), b: tensor(4, 12)}, 12),
    /tensor b begins at 4 of the data, not at 8/,
  ],
  [
    'a hole between tensors',
    fileBytes({a: tensor(0, 4), b: tensor(8, 12)}, 12),
    /tensor b begins at 8 of the data, not at 4/,
  ],
  ['a tensor past the end', fileBytes({a: tensor(0, 8)}, 4), /its tensors end at byte \d+, the file at \d+/],
  ['bytes after the last tensor', fileBytes({a: tensor(0, 4)}, 8), /its tensors end at byte \d+, the file at \d+/],
]

for (const [what, bytes, message] of broken) {
  test(`${what} is refused with the reason`, async (t) => {
    await rejects(openSafetensors(temporaryFile(t, 'broken.safetensors', bytes)), message)
  })
}

test('a missing file, a folder and an empty file are each named with the reason', async (t) => {
  const at = temporaryFolder(t)
  mkdirSync(at('folder'))
  writeFileSync(at('empty'), '')
  await rejects(openSafetensors(at('nothing')), /nothing is no readable safetensors file: there is no such file/)
  await rejects(openSafetensors(at('folder')), /it is a folder/)
  await rejects(openSafetensors(at('empty')), /it is empty/)
})

test('damaged bytes give tensors or a UserError, never another error', async (t) => {
  const path = temporaryFolder(t)('some.safetensors')
  await writeSafetensors(path, some, {note: 'x'})
  const whole = readFileSync(path)
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({min: 0, max: 255})), {
    minLength: 1,
    maxLength: 4,
  })
  const property = fc.asyncProperty(damage, async (changes) => {
    const bytes = Buffer.from(whole)
    for (const [position, value] of changes) bytes[position] = value
    writeFileSync(path, bytes)
    try {
      const file = await openSafetensors(path)
      for (const stored of file.tensors.values()) await stored.read()
      await file.close()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  })
  await fc.assert(property, {numRuns: 300, seed: 1})
})
