import {inflateSync} from 'node:zlib'
import {UserError} from '../../user-error.ts'

/** A MATLAB array. `dims` as MATLAB has them; items run down the columns. */
export type MatValue =
  | {readonly kind: 'numbers'; readonly dims: readonly number[]; readonly values: readonly number[]}
  | {readonly kind: 'text'; readonly dims: readonly number[]; readonly text: string}
  | {readonly kind: 'cells'; readonly dims: readonly number[]; readonly cells: readonly MatValue[]}
  | {
      readonly kind: 'structs'
      readonly dims: readonly number[]
      readonly fields: ReadonlyMap<string, readonly MatValue[]>
    }

/** Types of data elements (MAT-File Format, table 1-1). */
const MATRIX = 14
const COMPRESSED = 15

/** Bytes that a variable may unpack to: an index of pictures has some megabytes. */
const LARGEST = 2 ** 28

/**
 * Reads the variables of a MATLAB file of level 5 (saved with -v6 or -v7): numbers, texts, cells and structs; those of other kinds are left
 * out. No code in the file is run. Sources: "MAT-File Format", The MathWorks.
 * @throws UserError, whose text follows the file's name, for version 7.3 (HDF5), for other files and for damaged ones.
 */
export function parseMat(file: Buffer): Map<string, MatValue> {
  const littleEndian = checkHeader(file)
  const variables = new Map<string, MatValue>()
  const body = openElements(file.subarray(128), littleEndian)
  while (body.left() > 0) {
    const element = body.next()
    const {type, data} = element.type === COMPRESSED ? unpack(element.data, littleEndian) : element
    if (type !== MATRIX) continue
    const variable = readMatrix(data, littleEndian, 0)
    if (variable.value !== undefined) variables.set(variable.name, variable.value)
  }
  return variables
}

function checkHeader(file: Buffer): boolean {
  if (file.length >= 8 && file.toString('latin1', 0, 10) === 'MATLAB 7.3') {
    throw new UserError(
      'is a MATLAB file of version 7.3, which is not read. Save it in MATLAB with -v7, or with scipy.io.savemat.',
    )
  }
  const endian = file.length < 128 ? '' : file.toString('latin1', 126, 128)
  if (endian !== 'IM' && endian !== 'MI') {
    const shown = JSON.stringify(file.toString('latin1', 0, 20))
    throw new UserError(`is no MATLAB file of level 5 (it begins with ${shown}). Fetch it again.`)
  }
  return endian === 'IM'
}

function unpack(data: Buffer, littleEndian: boolean): Element {
  let bytes: Buffer
  try {
    bytes = inflateSync(data, {maxOutputLength: LARGEST})
  } catch (error) {
    throw damaged(`compressed data ${error instanceof RangeError ? 'of more than 256 MB' : 'that does not unpack'}`)
  }
  return openElements(bytes, littleEndian).next()
}

interface Element {
  readonly type: number
  readonly data: Buffer
}

/** Walks through tagged data elements; short ones have tag and data in 8 bytes. */
function openElements(bytes: Buffer, littleEndian: boolean) {
  let at = 0
  const uint32 = (place: number) => (littleEndian ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place))
  return {
    left: () => bytes.length - at,
    next(): Element {
      if (bytes.length - at < 8) throw damaged('its end is missing')
      const word = uint32(at)
      if (word >>> 16 !== 0) {
        const count = word >>> 16
        if (count > 4) throw damaged(`a short element of ${count} bytes`)
        const data = bytes.subarray(at + 4, at + 4 + count)
        at += 8
        return {type: word & 0xffff, data}
      }
      const count = uint32(at + 4)
      if (count > bytes.length - at - 8) throw damaged('its end is missing')
      const data = bytes.subarray(at + 8, at + 8 + count)
      at = Math.min(bytes.length, at + 8 + (word === COMPRESSED ? count : Math.ceil(count / 8) * 8))
      return {type: word, data}
    },
  }
}

/** Array classes (table 1-3). */
const [CELL, STRUCT, CHAR, FIRST_NUMBER, LAST_NUMBER] = [1, 2, 4, 6, 15]

function readMatrix(bytes: Buffer, littleEndian: boolean, depth: number): {name: string; value: MatValue | undefined} {
  if (depth > 16) throw damaged('values nested more than 16 deep')
  if (bytes.length === 0) return {name: '', value: {kind: 'numbers', dims: [0, 0], values: []}}
  const elements = openElements(bytes, littleEndian)
  const kind = readNumbers(elements.next(), littleEndian)[0]! & 0xff
  const dims = readNumbers(elements.next(), littleEndian)
  const name = elements.next().data.toString('latin1')
  const count = dims.reduce((product, size) => product * size, 1)
  if (dims.length < 2 || dims.some((size) => size < 0) || count > LARGEST)
    throw damaged(`dimensions ${dims.join(' x ')}`)
  const inner = () =>
    readMatrix(innerData(elements.next()), littleEndian, depth + 1).value ?? {kind: 'numbers', dims: [0, 0], values: []}
  switch (true) {
    case kind === CELL:
      return {name, value: {kind: 'cells', dims, cells: repeat(count, inner)}}
    case kind === STRUCT:
      return {name, value: {kind: 'structs', dims, fields: readFields(elements, count, littleEndian, inner)}}
    case kind === CHAR:
      return {name, value: {kind: 'text', dims, text: readText(elements.next(), littleEndian)}}
    case kind >= FIRST_NUMBER && kind <= LAST_NUMBER: {
      const values = readNumbers(elements.next(), littleEndian)
      if (values.length !== count) throw damaged(`${values.length} numbers where ${dims.join(' x ')} are announced`)
      return {name, value: {kind: 'numbers', dims, values}}
    }
    default:
      return {name, value: undefined}
  }
}

function innerData({type, data}: Element): Buffer {
  if (type !== MATRIX) throw damaged(`an element of type ${type} where an array is wanted`)
  return data
}

function readFields(
  elements: ReturnType<typeof openElements>,
  count: number,
  littleEndian: boolean,
  inner: () => MatValue,
): Map<string, MatValue[]> {
  const length = readNumbers(elements.next(), littleEndian)[0] ?? 0
  const text = elements.next().data.toString('latin1')
  if (!(length > 0) || text.length % length !== 0) throw damaged('names of fields that cannot be told apart')
  const names = repeat(text.length / length, (i) => text.slice(i * length, (i + 1) * length).replace(/\0.*$/s, ''))
  const fields = new Map(names.map((name) => [name, [] as MatValue[]]))
  for (let i = 0; i < count; i++) for (const name of names) fields.get(name)!.push(inner())
  return fields
}

/** A list that grows as it is read: a damaged file may announce more than it has. */
function repeat<T>(count: number, make: (i: number) => T): T[] {
  const list: T[] = []
  for (let i = 0; i < count; i++) list.push(make(i))
  return list
}

/** Bytes of a number and how it is read, by the type of the element. */
const numberTypes: Readonly<
  Record<number, [bytes: number, read: (data: Buffer, at: number, little: boolean) => number]>
> = {
  1: [1, (data, at) => data.readInt8(at)],
  2: [1, (data, at) => data.readUInt8(at)],
  3: [2, (data, at, little) => (little ? data.readInt16LE(at) : data.readInt16BE(at))],
  4: [2, (data, at, little) => (little ? data.readUInt16LE(at) : data.readUInt16BE(at))],
  5: [4, (data, at, little) => (little ? data.readInt32LE(at) : data.readInt32BE(at))],
  6: [4, (data, at, little) => (little ? data.readUInt32LE(at) : data.readUInt32BE(at))],
  7: [4, (data, at, little) => (little ? data.readFloatLE(at) : data.readFloatBE(at))],
  9: [8, (data, at, little) => (little ? data.readDoubleLE(at) : data.readDoubleBE(at))],
  12: [8, (data, at, little) => Number(little ? data.readBigInt64LE(at) : data.readBigInt64BE(at))],
  13: [8, (data, at, little) => Number(little ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at))],
}

function readNumbers({type, data}: Element, littleEndian: boolean): number[] {
  const known = numberTypes[type]
  if (known === undefined) throw damaged(`an element of type ${type} where numbers are wanted`)
  const [bytes, read] = known
  return repeat(Math.floor(data.length / bytes), (i) => read(data, i * bytes, littleEndian))
}

function readText(element: Element, littleEndian: boolean): string {
  if (element.type === 16) return element.data.toString('utf8')
  // 17 is UTF-16, 18 UTF-32: code units as whole numbers; other types hold one letter each.
  const type = {17: 4, 18: 6}[element.type] ?? element.type
  return readNumbers({...element, type}, littleEndian)
    .map((code) => (type === 6 ? String.fromCodePoint(Math.min(code, 0x10ffff)) : String.fromCharCode(code)))
    .join('')
}

function damaged(what: string): UserError {
  return new UserError(`is damaged: ${what}. Fetch it again.`)
}
