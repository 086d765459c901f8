/**
 * TFRecord framing: every record is its length (uint64, little-endian), a checksum of the length, the bytes and a checksum of the
 * bytes (tensorflow/core/lib/io/record_writer.h).
 */
export function frameRecord(data: Uint8Array): Buffer {
  const framed = Buffer.alloc(12 + data.length + 4)
  framed.writeBigUInt64LE(BigInt(data.length), 0)
  framed.writeUInt32LE(maskedChecksum(framed.subarray(0, 8)), 8)
  framed.set(data, 12)
  framed.writeUInt32LE(maskedChecksum(data), 12 + data.length)
  return framed
}

/** CRC-32C, rotated and shifted so that a checksum of data with checksums in it stays one (crc32c.h, Mask). */
function maskedChecksum(data: Uint8Array): number {
  const checksum = crc32c(data)
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
}

// Castagnoli's polynomial, bits reversed; Node's zlib has only the other CRC-32.
const table = Uint32Array.from({length: 256}, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** The CRC-32C of RFC 3720, appendix B.4. */
export function crc32c(data: Uint8Array): number {
  let checksum = 0xffffffff
  for (const byte of data) checksum = table[(checksum ^ byte) & 0xff]! ^ (checksum >>> 8)
  return (checksum ^ 0xffffffff) >>> 0
}
