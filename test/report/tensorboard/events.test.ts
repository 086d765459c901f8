import assert from 'node:assert/strict'
import {test} from 'node:test'
import {encodeEvents} from '../../../lib/report/tensorboard/events.ts'
import {crc32c, frameRecord} from '../../../lib/report/tensorboard/records.ts'

test('the checksum is the CRC-32C of RFC 3720', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.equal(crc32c(Uint8Array.from({length: 32}, (_, i) => i)), 0x46dd794e)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
})

test('a record is length, checksum, bytes, checksum', () => {
  const framed = frameRecord(Buffer.from('123456789'))
  assert.equal(framed.length, 8 + 4 + 9 + 4)
  assert.equal(framed.readBigUInt64LE(0), 9n)
  // Rotated right by 15 bits, then the constant of crc32c.h is added, modulo 2^32.
  const masked = (0xe3069283n >> 15n) | ((0xe3069283n << 17n) & 0xffffffffn)
  assert.equal(BigInt(framed.readUInt32LE(21)), (masked + 0xa282ead8n) % 2n ** 32n)
})

test('a number is an Event with a Summary, byte by byte as protobuf writes it', () => {
  const [version, number] = recordsOf(encodeEvents([{tag: 'a', step: 3, time: 1.5, value: 0.5}], []))
  const time = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]
  assert.deepEqual([...version!], [...time, 0x1a, 13, ...Buffer.from('brain.Event:2')])
  const value = [0x0a, 1, 0x61, 0x15, 0, 0, 0, 0x3f]
  assert.deepEqual([...number!], [...time, 0x10, 3, 0x2a, value.length + 2, 0x0a, value.length, ...value])
})

test('a histogram counts every value once, between the least and the largest', () => {
  const values = [0, 1, 1, 2, 3]
  const [, record] = recordsOf(encodeEvents([], [{tag: 'h', step: 0, time: 1, values}]))
  const numbers = packedDoubles(record!)
  const [limits, buckets] = [numbers.slice(0, 30), numbers.slice(30)]
  assert.equal(
    buckets.reduce((sum, count) => sum + count, 0),
    5,
  )
  assert.deepEqual([buckets[0], buckets[10], buckets[20], buckets[29]], [1, 2, 1, 1])
  assert.ok(Math.abs(limits[29]! - 3) < 1e-12)
})

test('values that are all the same make a histogram, none make no record', () => {
  const same = recordsOf(encodeEvents([], [{tag: 'h', step: 0, time: 1, values: [2, 2]}]))
  assert.equal(packedDoubles(same[1]!).slice(30)[0], 2)
  assert.equal(recordsOf(encodeEvents([], [{tag: 'h', step: 0, time: 1, values: []}])).length, 1)
})

test('events are in order of time, whatever order they come in', () => {
  const numbers = [3, 1, 2].map((time) => ({tag: 'a', step: time, time, value: 0}))
  const times = recordsOf(encodeEvents(numbers, [])).map((record) => record.readDoubleLE(1))
  assert.deepEqual(times, [1, 1, 2, 3])
})

function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    records.push(file.subarray(at + 12, at + 12 + length))
    at += 12 + length + 4
  }
  return records
}

/** The doubles of the fields 6 and 7 of a HistogramProto, which are packed: a tag, the length 240 as a varint, 30 doubles. */
function packedDoubles(record: Buffer): number[] {
  return [0x32, 0x3a].flatMap((tag) => {
    const at = record.indexOf(Buffer.from([tag, 0xf0, 0x01])) + 3
    return Array.from({length: 30}, (_, i) => record.readDoubleLE(at + 8 * i))
  })
}
