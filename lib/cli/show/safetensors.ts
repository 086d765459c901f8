import {open} from 'node:fs/promises'
import {z} from 'zod'
import {UserError} from '../../user-error.ts'

export interface TensorSummary {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Euclidean norm of a float tensor; undefined for other types. */
  readonly norm?: number
  readonly nanCount: number
}

export interface SafetensorsSummary {
  readonly bytes: number
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: readonly TensorSummary[]
}

// The format's own limit; a longer header is no safetensors file. https://huggingface.co/docs/safetensors
const maximalHeaderBytes = 100_000_000

/** Reads names, shapes and norms of a safetensors file, one tensor in memory at a time. Throws UserError for any other file. */
export async function summariseSafetensors(path: string): Promise<SafetensorsSummary> {
  const handle = await open(path)
  try {
    const bytes = (await handle.stat()).size
    if (bytes < 8) throw notSafetensors(path, `it has only ${bytes} bytes`)
    const prefix = Buffer.alloc(8)
    await handle.read(prefix, 0, 8, 0)
    const length = Number(prefix.readBigUInt64LE(0))
    if (length > maximalHeaderBytes || 8 + length > bytes)
      throw notSafetensors(path, `its header claims ${length} of ${bytes} bytes`)
    const text = Buffer.alloc(length)
    await handle.read(text, 0, length, 8)
    const header = parseHeader(path, text.toString('utf8'))
    const tensors: TensorSummary[] = []
    for (const [name, {dtype, shape, data_offsets}] of Object.entries(header.tensors)) {
      const [first, end] = data_offsets
      if (first > end || 8 + length + end > bytes)
        throw notSafetensors(path, `tensor ${name} does not lie inside the file`)
      const data = Buffer.alloc(end - first)
      await handle.read(data, 0, data.length, 8 + length + first)
      tensors.push({name, dtype, shape, ...statisticsOf(dtype, data)})
    }
    return {bytes, metadata: header.metadata, tensors}
  } finally {
    await handle.close()
  }
}

const size = z.int().min(0)
const headerOf = {
  metadata: z.record(z.string(), z.string()).default({}),
  tensors: z.record(
    z.string(),
    z.object({dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size])}),
  ),
}

function parseHeader(
  path: string,
  text: string,
): {metadata: Record<string, string>; tensors: z.infer<typeof headerOf.tensors>} {
  try {
    const {__metadata__, ...tensors} = z.record(z.string(), z.unknown()).parse(JSON.parse(text))
    return {metadata: headerOf.metadata.parse(__metadata__), tensors: headerOf.tensors.parse(tensors)}
  } catch {
    throw notSafetensors(path, 'its header is not the JSON of one')
  }
}

function statisticsOf(dtype: string, data: Buffer): {norm?: number; nanCount: number} {
  if (dtype !== 'F32' && dtype !== 'F64') return {nanCount: 0}
  const [size, read] =
    dtype === 'F32' ? [4, (at: number) => data.readFloatLE(at)] : [8, (at: number) => data.readDoubleLE(at)]
  let sum = 0
  let nanCount = 0
  for (let at = 0; at < data.length; at += size) {
    const value = read(at)
    if (Number.isNaN(value)) nanCount++
    else sum += value * value
  }
  return {norm: Math.sqrt(sum), nanCount}
}

function notSafetensors(path: string, reason: string): UserError {
  return new UserError(`${path} is no readable safetensors file: ${reason}. Make it again, or give another file.`)
}
