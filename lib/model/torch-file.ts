import type {FileHandle} from 'node:fs/promises'
import {crc32} from 'node:zlib'
import {type Entry, openPromise as openZip, type ZipFile} from 'yauzl'
import {UserError} from '../user-error.ts'
import type {PickleValue} from './pickle.ts'
import {openForReading, readExactly} from './read-file.ts'
import {itemBytes, type StoredTensor, type TensorSource} from './tensor-source.ts'
import {findTensors, readTorchPickle, type TorchPickle, type TorchStorage, type TorchTensor} from './torch-pickle.ts'

/**
 * Opens a file of torch.save: the zip format, or the one before PyTorch 1.6. Nothing in it is executed. Throws UserError, naming
 * file and reason, when it is missing, truncated, damaged, holds no tensors or asks for anything but tensors.
 */
export async function openTorchFile(path: string): Promise<TensorSource> {
  let handle: FileHandle | undefined
  try {
    const opened = await openForReading(path)
    handle = opened.handle
    const begin = await readExactly(handle, 0, Math.min(2, opened.size))
    return await (begin[0] === 0x80 ? openLegacy(handle, opened.size) : openArchive(path, handle))
  } catch (error) {
    await handle?.close()
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
    const advice = 'Give a file that torch.save(model.state_dict(), file) wrote'
    throw new UserError(`${path} cannot be imported: ${reason}. ${advice}.`, {cause: error})
  }
}

// The pickle of a state dict is some 100 bytes a tensor.
const maximalPickleBytes = 64 * 2 ** 20

// Zip format: NAME/data.pkl, NAME/byteorder, and NAME/data/KEY for every storage, all uncompressed.
// https://docs.pytorch.org/docs/stable/notes/serialization.html
async function openArchive(path: string, handle: FileHandle): Promise<TensorSource> {
  const zip = await openZip(path, {lazyEntries: true, autoClose: false})
  try {
    const entries = await listEntries(zip)
    const folder = [...entries.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name))?.slice(0, -'data.pkl'.length)
    if (folder === undefined) throw new RangeError('it is a zip file, but not of torch.save: it has no data.pkl')
    const read = async (name: string, limit: number) =>
      readEntry(zip, handle, folder + name, entries.get(folder + name), limit)
    const byteOrder = entries.has(`${folder}byteorder`) ? Buffer.from(await read('byteorder', 16)).toString() : 'little'
    if (byteOrder !== 'little') throw new RangeError(`its numbers are in ${byteOrder}-endian order`)
    const {value} = readTorchPickle(Buffer.from(await read('data.pkl', maximalPickleBytes)), 0)
    const close = async () => {
      zip.close()
      await handle.close()
    }
    return sourceOf(value, (storage) => read(`data/${storage.key}`, storage.count * itemBytes[storage.dtype]), close)
  } catch (error) {
    zip.close()
    throw error
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
  return entries
}

async function readEntry(zip: ZipFile, handle: FileHandle, name: string, entry: Entry | undefined, limit: number) {
  if (entry === undefined) throw new RangeError(`its part ${name} is missing`)
  if (entry.compressionMethod !== 0)
    throw new RangeError(`its part ${name} is compressed, which torch.save does not do`)
  const {compressedSize: size} = entry
  if (size > limit) throw new RangeError(`its part ${name} has ${size} bytes instead of at most ${limit}`)
  const {fileDataStart} = await zip.readLocalFileHeaderPromise(entry, {minimal: true})
  const bytes = await readExactly(handle, fileDataStart, size)
  // torch.save leaves 0 when told to compute none.
  if (entry.crc32 !== 0 && crc32(bytes) !== entry.crc32)
    throw new RangeError(`its part ${name} is damaged (wrong checksum)`)
  return bytes
}

const legacyMagic = 0x1950a86a20f9469cfc6cn

// The format before: pickles of a magic number, a version, the machine, the object and the keys of its storages; then each
// storage as its count (int64) and its numbers. torch/serialization.py, _legacy_save.
async function openLegacy(handle: FileHandle, size: number): Promise<TensorSource> {
  const head = Buffer.from((await readExactly(handle, 0, Math.min(size, maximalPickleBytes))).buffer)
  const magic = readTorchPickle(head, 0)
  if (magic.value !== legacyMagic) throw new RangeError('it is a pickle, but not of torch.save')
  const version = readTorchPickle(head, magic.end)
  const machine = readTorchPickle(head, version.end)
  if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true) {
    throw new RangeError('its numbers are not in little-endian order')
  }
  const root = readTorchPickle(head, machine.end)
  const keys = readTorchPickle(head, root.end)
  const places = await placeStorages(handle, keys, root.storages)
  const read = async (storage: TorchStorage) => {
    const position = places.get(storage.key)
    if (position === undefined) throw new RangeError(`its storage ${storage.key} is missing`)
    return readExactly(handle, position, storage.count * itemBytes[storage.dtype])
  }
  return sourceOf(root.value, read, () => handle.close())
}

async function placeStorages(
  handle: FileHandle,
  keys: TorchPickle,
  storages: ReadonlyMap<string, TorchStorage>,
): Promise<Map<string, number>> {
  const places = new Map<string, number>()
  let position = keys.end
  for (const key of Array.isArray(keys.value) ? keys.value : []) {
    const storage = storages.get(String(key))
    if (storage === undefined) throw new RangeError(`its storage ${key} belongs to nothing`)
    const count = Number(Buffer.from(await readExactly(handle, position, 8)).readBigInt64LE())
    if (count !== storage.count)
      throw new RangeError(`its storage ${key} has ${count} numbers instead of ${storage.count}`)
    places.set(storage.key, position + 8)
    position += 8 + count * itemBytes[storage.dtype]
  }
  return places
}

function sourceOf(
  root: PickleValue,
  readStorage: (storage: TorchStorage) => Promise<Uint8Array<ArrayBuffer>>,
  close: () => Promise<void>,
): TensorSource {
  const tensors = findTensors(root)
  const users = new Map<string, number>()
  for (const {storage} of tensors.values()) users.set(storage.key, (users.get(storage.key) ?? 0) + 1)
  const shared = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  // What several tensors are views of (weights flattened into one vector) is read once; all else is not kept.
  const readOnce = (storage: TorchStorage) => {
    if (users.get(storage.key) === 1) return readStorage(storage)
    const bytes = shared.get(storage.key) ?? readStorage(storage)
    shared.set(storage.key, bytes)
    return bytes
  }
  const stored = [...tensors].map(([name, tensor]): [string, StoredTensor] => [
    name,
    {
      dtype: tensor.storage.dtype,
      shape: tensor.shape,
      read: async () => gather(await readOnce(tensor.storage), tensor),
    },
  ])
  return {tensors: new Map(stored), metadata: {}, close}
}

/** The numbers of a strided view in row-major order. */
function gather(bytes: Uint8Array, {storage, offset, shape, strides}: TorchTensor): Uint8Array<ArrayBuffer> {
  const width = itemBytes[storage.dtype]
  const size = shape.reduce((product, length) => product * length, 1)
  if (bytes.length < storage.count * width) throw new RangeError(`storage ${storage.key} is cut short`)
  if (isContiguous(shape, strides)) return bytes.slice(offset * width, (offset + size) * width)
  const gathered = new Uint8Array(size * width)
  const index = shape.map(() => 0)
  let from = offset
  for (let to = 0; to < size; to++) {
    for (let byte = 0; byte < width; byte++) gathered[to * width + byte] = bytes[from * width + byte]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return gathered
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false
    expected *= shape[axis]!
  }
  return true
}
