import {type FileHandle, writeFile} from 'node:fs/promises'
import {z} from 'zod'
import type {HostTensor, StateDict} from '../engine/state-dict.ts'
import {UserError} from '../user-error.ts'
import {openForReading, readExactly} from './read-file.ts'
import {type FileDtype, itemBytes, type StoredTensor, type TensorSource} from './tensor-source.ts'

// File: length of the header (uint64), header (JSON: name -> {dtype, shape, data_offsets}, and `__metadata__`), numbers.
// https://huggingface.co/docs/safetensors#format. The limit is the format's own.
const maximalHeaderBytes = 100e6

/**
 * Opens a safetensors file without reading its tensors. Throws UserError, naming the file and the reason, when it is missing,
 * truncated or breaks the format: every byte after the header belongs to exactly one tensor of the size that its shape says.
 */
export async function openSafetensors(path: string): Promise<TensorSource> {
  let handle: FileHandle | undefined
  try {
    const opened = await openForReading(path)
    handle = opened.handle
    return await parseFile(handle, opened.size)
  } catch (error) {
    await handle?.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`${path} is no readable safetensors file: ${reason}. Make it again, or give another file.`, {
      cause: error,
    })
  }
}

/**
 * Writes tensors and text about them, from where they are in memory. Wider types come first (as the format's own library does, so that
 * every tensor is aligned), else in the given order; metadata by key. Equal content gives equal bytes.
 */
export async function writeSafetensors(
  path: string,
  tensors: StateDict,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const ordered = [...tensors].sort(([, a], [, b]) => itemBytes[b.dtype] - itemBytes[a.dtype])
  await writeFile(path, fileParts(ordered, metadata))
}

function* fileParts(
  tensors: [string, HostTensor][],
  metadata: Readonly<Record<string, string>>,
): Generator<Uint8Array> {
  const sortedMetadata = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)))
  let end = 0
  const entries = tensors.map(([name, {dtype, shape, data}]) => {
    const begin = end
    end += data.byteLength
    return [name, {dtype, shape, data_offsets: [begin, end]}] as const
  })
  const json = JSON.stringify({__metadata__: sortedMetadata, ...Object.fromEntries(entries)})
  const header = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  yield length
  yield header
  for (const [, {data}] of tensors) yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

const metadataSchema = z.record(z.string(), z.string())
const entrySchema = z.object({
  dtype: z.string().refine((name): name is FileDtype => Object.hasOwn(itemBytes, name), 'unknown dtype'),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})

async function parseFile(handle: FileHandle, size: number): Promise<TensorSource> {
  if (size < 8) throw new RangeError(`it has only ${size} bytes`)
  const length = Number(Buffer.from(await readExactly(handle, 0, 8)).readBigUInt64LE())
  if (length > maximalHeaderBytes)
    throw new RangeError(`its header claims ${length} bytes, above the limit of ${maximalHeaderBytes}`)
  if (8 + length > size) throw new RangeError(`its header claims ${length} of ${size} bytes`)
  const {__metadata__, ...entries} = parseHeader(await readExactly(handle, 8, length))
  const metadata = metadataSchema.safeParse(__metadata__ ?? {})
  if (!metadata.success) throw new RangeError('its metadata is not all text')
  return {
    tensors: placeTensors(handle, entries, 8 + length, size),
    metadata: metadata.data,
    close: () => handle.close(),
  }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes))
  } catch (error) {
    throw new RangeError(`its header is no JSON (${(error as Error).message})`)
  }
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>
  throw new RangeError('its header is no JSON object')
}

/** Tensors by ascending place in the file. */
function placeTensors(
  handle: FileHandle,
  entries: Readonly<Record<string, unknown>>,
  dataStart: number,
  size: number,
): Map<string, StoredTensor> {
  const placed = Object.entries(entries)
    .map(([name, entry]) => parseEntry(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let expected = 0
  for (const {name, begin, end} of placed) {
    if (begin !== expected)
      throw new RangeError(
        `tensor ${name} begins at ${begin} of the data, not at ${expected} where the one before ends`,
      )
    expected = end
  }
  if (dataStart + expected !== size)
    throw new RangeError(`its tensors end at byte ${dataStart + expected}, the file at ${size}`)
  return new Map(
    placed.map(({name, dtype, shape, begin, end}) => [
      name,
      {dtype, shape, read: () => readExactly(handle, dataStart + begin, end - begin)},
    ]),
  )
}

function parseEntry(name: string, entry: unknown) {
  const parsed = entrySchema.safeParse(entry)
  if (!parsed.success)
    throw new RangeError(
      `tensor ${name}: ${parsed.error.issues.map(({path, message}) => `${path.join('.')} ${message}`).join('; ')}`,
    )
  const {dtype, shape, data_offsets} = parsed.data
  const [begin, end] = data_offsets
  const bytes = shape.reduce((product, length) => product * length, itemBytes[dtype])
  if (end - begin !== bytes)
    throw new RangeError(`tensor ${name} (${dtype} [${shape}]) needs ${bytes} bytes but has ${end - begin}`)
  return {name, dtype, shape, begin, end}
}
