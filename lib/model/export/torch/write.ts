import {writeFile} from 'node:fs/promises'
import {basename} from 'node:path'
import {crc32} from 'node:zlib'
import type {StateDict} from '../../../engine/state-dict.ts'
import {UserError} from '../../../user-error.ts'
import {pickleStateDict} from './pickle.ts'

/**
 * Writes a state dict as torch.save does (the zip format of PyTorch 1.6 and later), for `torch.load(path, weights_only=True)`; metadata lie beside, where PyTorch does
 * not look (`extra/nearmiss.json`). Equal content gives equal bytes.
 */
export async function writeTorch(
  path: string,
  tensors: StateDict,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const numbers = [...tensors.values()].map(
    ({data}, i): Part => [`data/${i}`, Buffer.from(data.buffer, data.byteOffset, data.byteLength)],
  )
  const parts: Part[] = [
    ['data.pkl', pickleStateDict(tensors)],
    ['byteorder', Buffer.from('little')],
    ...numbers,
    ['extra/nearmiss.json', Buffer.from(JSON.stringify(metadata))],
    ['version', Buffer.from('3\n')],
  ]
  await writeFile(path, zip(path, parts))
}

type Part = readonly [name: string, bytes: Buffer]

// torch.save aligns numbers so that they can be mapped into memory, by a field "FB" of blanks in the headers.
const alignment = 64
const headerBytes = 30
// Without zip64.
const maximalBytes = 2 ** 32 - 2 ** 20

/** Uncompressed, without times. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT */
function* zip(path: string, parts: readonly Part[]): Generator<Buffer> {
  if (parts.reduce((sum, [, {length}]) => sum + length, 0) > maximalBytes)
    throw new UserError(`${basename(path)} would be larger than 4 GB. Write it as .safetensors.`)
  const directory: Buffer[] = []
  let position = 0
  for (const [part, bytes] of parts) {
    const name = Buffer.from(`archive/${part}`)
    const unpadded = position + headerBytes + name.length + 4
    const padding = Buffer.alloc(4 + ((alignment - (unpadded % alignment)) % alignment), ' ')
    padding.write('FB')
    padding.writeUInt16LE(padding.length - 4, 2)
    const fields = commonFields(bytes, name, padding.length)
    directory.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), fields, place(position), name, padding)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name, padding])
    yield local
    yield bytes
    position += local.length + bytes.length
  }
  const listed = Buffer.concat(directory)
  yield listed
  yield end(parts.length, listed.length, position)
}

/** What a local header and the directory say alike; 0x21 is the first day that the format knows. */
function commonFields(bytes: Buffer, name: Buffer, extraBytes: number): Buffer {
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(0x21, 8)
  fields.writeUInt32LE(crc32(bytes), 10)
  fields.writeUInt32LE(bytes.length, 14)
  fields.writeUInt32LE(bytes.length, 18)
  fields.writeUInt16LE(name.length, 22)
  fields.writeUInt16LE(extraBytes, 24)
  return fields
}

function place(position: number): Buffer {
  const fields = Buffer.alloc(14)
  fields.writeUInt32LE(position, 10)
  return fields
}

function end(count: number, bytes: number, position: number): Buffer {
  const fields = Buffer.alloc(22)
  fields.write('PK\x05\x06', 'latin1')
  fields.writeUInt16LE(count, 8)
  fields.writeUInt16LE(count, 10)
  fields.writeUInt32LE(bytes, 12)
  fields.writeUInt32LE(position, 16)
  return fields
}
