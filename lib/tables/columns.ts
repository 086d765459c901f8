import {
  type Data,
  DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  makeData,
  Precision,
  Uint32,
  Utf8,
} from 'apache-arrow'
import type {ColumnType, ColumnValues} from './definition.ts'

/** The Arrow type of a column; `dim` is the length of each row's vector. */
export function arrowType(type: ColumnType, dim: number): DataType {
  switch (type) {
    case 'int32':
      return new Int32()
    case 'uint32':
      return new Uint32()
    case 'float32':
      return new Float32()
    case 'float64':
      return new Float64()
    case 'utf8':
      return new Utf8()
    case 'vector':
      return new FixedSizeList(dim, new Field('item', new Float32(), false))
  }
}

/** Whether values of this Arrow type are read as such a column. */
export function isType(type: ColumnType, arrow: DataType): boolean {
  switch (type) {
    case 'int32':
      return DataType.isInt(arrow) && arrow.bitWidth === 32 && arrow.isSigned
    case 'uint32':
      return DataType.isInt(arrow) && arrow.bitWidth === 32 && !arrow.isSigned
    case 'float32':
      return DataType.isFloat(arrow) && arrow.precision === Precision.SINGLE
    case 'float64':
      return DataType.isFloat(arrow) && arrow.precision === Precision.DOUBLE
    case 'utf8':
      return DataType.isUtf8(arrow)
    case 'vector':
      return (
        DataType.isFixedSizeList(arrow) &&
        arrow.listSize > 0 &&
        arrow.children[0] !== undefined &&
        isType('float32', arrow.valueType)
      )
  }
}

/** Numbers a row takes in memory: `dim` in a vector column, else 1. */
export function stride(type: ColumnType, dim: number): number {
  return type === 'vector' ? dim : 1
}

/** An empty column with room for `rowCount` rows; strings start as an empty list. */
export function allocateColumn(type: ColumnType, rowCount: number, dim: number): ColumnValues {
  switch (type) {
    case 'int32':
      return new Int32Array(rowCount)
    case 'uint32':
      return new Uint32Array(rowCount)
    case 'float32':
      return new Float32Array(rowCount)
    case 'float64':
      return new Float64Array(rowCount)
    case 'utf8':
      return []
    case 'vector':
      return new Float32Array(rowCount * dim)
  }
}

/** Rows `begin` to `end` as Arrow data: views for numbers, encoded text for strings. */
export function encodeRows(type: ColumnType, values: ColumnValues, begin: number, end: number, dim: number): Data {
  const length = end - begin
  const arrow = arrowType(type, dim)
  if (Array.isArray(values)) return encodeStrings(arrow as Utf8, values.slice(begin, end))
  const data = values.subarray(begin * stride(type, dim), end * stride(type, dim))
  if (!DataType.isFixedSizeList(arrow))
    return makeData({type: arrow as Float64, length, nullCount: 0, data: data as Float64Array})
  return makeData({
    type: arrow,
    length,
    nullCount: 0,
    child: makeData({type: arrow.valueType as Float32, length: length * dim, nullCount: 0, data: data as Float32Array}),
  })
}

/** The values of Arrow data, numbers as a view. Throws RangeError when the buffers are too short for the rows or rows are null. */
export function decodeRows(type: ColumnType, data: Data, rowCount: number, dim: number): ColumnValues {
  if (data.length !== rowCount) throw new RangeError(`a column has ${data.length} of ${rowCount} rows`)
  if (data.nullCount > 0) throw new RangeError(`a column has ${data.nullCount} missing values (null)`)
  if (type === 'utf8') return decodeStrings(data.values, data.valueOffsets, rowCount)
  const numbers = type === 'vector' ? data.children[0] : data
  const length = rowCount * stride(type, dim)
  if (numbers === undefined || numbers.values.length < length) throw new RangeError('a column is shorter than its rows')
  if (numbers.nullCount > 0) throw new RangeError(`its vectors have ${numbers.nullCount} missing numbers (null)`)
  return numbers.values.subarray(0, length)
}

function encodeStrings(type: Utf8, strings: readonly string[]): Data {
  const valueOffsets = new Int32Array(strings.length + 1)
  for (const [row, text] of strings.entries()) valueOffsets[row + 1] = valueOffsets[row]! + Buffer.byteLength(text)
  const data = Buffer.from(strings.join(''))
  return makeData({type, length: strings.length, nullCount: 0, valueOffsets, data})
}

function decodeStrings(values: Uint8Array, offsets: Int32Array, rowCount: number): string[] {
  if (rowCount === 0) return []
  if (offsets.length < rowCount + 1) throw new RangeError('a column of text is shorter than its rows')
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return Array.from({length: rowCount}, (_, row) => {
    const begin = offsets[row]!
    const end = offsets[row + 1]!
    if (begin < 0 || end < begin || end > bytes.length) throw new RangeError(`the text of row ${row} leaves its column`)
    return bytes.toString('utf8', begin, end)
  })
}
