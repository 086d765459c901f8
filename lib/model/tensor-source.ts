import type {HostTensor} from '../engine/state-dict.ts'

/** Number types of tensors in files, named as safetensors names them, with their size in bytes. */
export const itemBytes = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const

export type FileDtype = keyof typeof itemBytes

/** A tensor in a file: its numbers are read only when asked for. */
export interface StoredTensor {
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  /** Reads the numbers as contiguous little-endian bytes in an array of their own. */
  read(): Promise<Uint8Array<ArrayBuffer>>
}

/** A file of named tensors, open for reading. */
export interface TensorSource {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  /** What the file says about itself. */
  readonly metadata: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** Whether a number type becomes float32 (all floating ones but 8 bits) or int64 in memory; undefined: neither. */
export function hostDtype(dtype: FileDtype): HostTensor['dtype'] | undefined {
  if (['F16', 'BF16', 'F32', 'F64'].includes(dtype)) return 'F32'
  return ['I32', 'I64'].includes(dtype) ? 'I64' : undefined
}

/** Reads a tensor into memory, other floating types as float32, int32 as int64. Its type must have a `hostDtype`. */
export async function loadTensor({dtype, shape, read}: StoredTensor): Promise<HostTensor> {
  const {buffer} = await read()
  switch (dtype) {
    case 'F32':
      return {dtype: 'F32', shape, data: new Float32Array(buffer)}
    case 'F64':
      return {dtype: 'F32', shape, data: new Float32Array(new Float64Array(buffer))}
    case 'F16':
      return {dtype: 'F32', shape, data: floatsFrom(new Uint16Array(buffer), halfToNumber)}
    case 'BF16':
      return {dtype: 'F32', shape, data: floatsFrom(new Uint16Array(buffer), brainToNumber)}
    case 'I64':
      return {dtype: 'I64', shape, data: new BigInt64Array(buffer)}
    case 'I32':
      return {dtype: 'I64', shape, data: BigInt64Array.from(Array.from(new Int32Array(buffer), BigInt))}
    default:
      throw new Error(`no reading of ${dtype} as float32 or int64`)
  }
}

// A loop: Float32Array.from with a function takes 20 times as long.
function floatsFrom(bits: Uint16Array, toNumber: (bits: number) => number): Float32Array {
  const floats = new Float32Array(bits.length)
  for (let index = 0; index < bits.length; index++) floats[index] = toNumber(bits[index]!)
  return floats
}

const word = new Uint32Array(1)
const float = new Float32Array(word.buffer)

/** bfloat16: the upper half of a float32. */
function brainToNumber(bits: number): number {
  word[0] = bits << 16
  return float[0]!
}

/** IEEE 754 binary16: 1 sign bit, 5 of exponent, 10 of fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
