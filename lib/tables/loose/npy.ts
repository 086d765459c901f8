import {type FileHandle, open} from 'node:fs/promises'
import {UserError} from '../../user-error.ts'
import type {LooseTable} from './table.ts'

const readers = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '<u4': Uint32Array,
  '|u1': Uint8Array,
  '<i2': Int16Array,
} as const

/** Largest header that is looked at: numpy writes some hundred bytes. */
const headerLimit = 65_536

/**
 * Reads a file of numpy.save: a line of numbers, or rows of vectors. Objects (pickles) are refused, for reading them would run code.
 * Format: numpy/lib/format.py, versions 1 to 3.
 */
export async function readNpy(path: string): Promise<LooseTable> {
  const handle = await open(path)
  try {
    const {shape, descr, fortran, offset} = await readHeader(path, handle)
    const refuse = (reason: string) => new UserError(`${path} is no .npy file that can be used: ${reason}.`)
    if (!Object.hasOwn(readers, descr))
      throw refuse(`its type is ${descr}; write float32, float64 or whole numbers (array.astype("float32"))`)
    if (shape.length !== 1 && shape.length !== 2)
      throw refuse(`it has ${shape.length} axes; write rows of vectors, or one line of labels`)
    if (fortran && shape.length === 2) throw refuse('it is in Fortran order; write numpy.ascontiguousarray(array)')
    const Numbers = readers[descr as keyof typeof readers]
    const count = shape.reduce((product, side) => product * side, 1)
    const {size} = await handle.stat()
    if (offset + count * Numbers.BYTES_PER_ELEMENT !== size)
      throw refuse(
        `its header says ${shape.join(' x ')} of ${descr}, which is ${count * Numbers.BYTES_PER_ELEMENT} bytes, but ${size - offset} follow`,
      )
    const numbers = new Numbers(count)
    await readFully(handle, new Uint8Array(numbers.buffer), offset)
    return {path, rowCount: shape[0]!, columns: new Map([['', asColumn(numbers, shape)]])}
  } finally {
    await handle.close()
  }
}

function asColumn(numbers: InstanceType<(typeof readers)[keyof typeof readers]>, shape: readonly number[]) {
  if (shape.length === 1)
    return {kind: 'numbers', values: Float64Array.from(numbers as ArrayLike<number>, Number)} as const
  const values =
    numbers instanceof Float32Array
      ? numbers
      : Float32Array.from(numbers as ArrayLike<number>, (value) => Number(value))
  return {kind: 'vectors', values, dim: shape[1]!} as const
}

async function readHeader(path: string, handle: FileHandle) {
  const head = Buffer.alloc(12)
  await handle.read(head, 0, 12, 0)
  const start = head[6]! === 1 ? 10 : 12
  const length = start === 10 ? head.readUInt16LE(8) : head.readUInt32LE(8)
  const text = Buffer.alloc(Math.min(length, headerLimit))
  await handle.read(text, 0, text.length, start)
  const header = text.toString('latin1')
  const [, descr] = /'descr':\s*'([^']*)'/.exec(header) ?? []
  const [, fortran] = /'fortran_order':\s*(True|False)/.exec(header) ?? []
  const [, shape] = /'shape':\s*\(([\d, ]*)\)/.exec(header) ?? []
  if (length > headerLimit || descr === undefined || fortran === undefined || shape === undefined)
    throw new UserError(
      `${path} is no .npy file that can be used: its header is ${JSON.stringify(header.slice(0, 80))}.`,
    )
  const sides = shape.split(',').flatMap((side) => (side.trim() === '' ? [] : [Number(side)]))
  return {descr, fortran: fortran === 'True', shape: sides, offset: start + length}
}

/** A read may bring less than was asked for, and no more than 2 GiB. */
async function readFully(handle: FileHandle, target: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const {bytesRead} = await handle.read(target, done, Math.min(target.length - done, 2 ** 30), offset + done)
    if (bytesRead === 0) throw new Error('the file became shorter while it was read')
    done += bytesRead
  }
}
