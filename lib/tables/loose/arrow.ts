import {DataType, type RecordBatch} from 'apache-arrow'
import {openArrowFile} from '../arrow-file.ts'
import {openGatherer} from './gather.ts'
import type {LooseTable} from './table.ts'

/** Reads an Arrow IPC file of any schema, a record batch at a time. */
export async function readArrow(path: string): Promise<LooseTable> {
  const file = await openArrowFile(path)
  try {
    const {rowCount, schema} = file
    const wanted = schema.fields.filter(({type}) => isReadable(type))
    const gatherers = wanted.map(({name}) => ({name, gatherer: openGatherer(path, name, rowCount)}))
    for await (const batch of file.batches())
      for (const {name, gatherer} of gatherers) for (const value of valuesOf(batch, name)) gatherer.add(value)
    const columns = gatherers.map(({name, gatherer}) => [name, gatherer.column()] as const)
    return {path, rowCount, columns: new Map(columns.flatMap(([name, column]) => (column ? [[name, column]] : [])))}
  } finally {
    await file.close()
  }
}

function isReadable(type: DataType): boolean {
  const isNumeric = DataType.isInt(type) || DataType.isFloat(type)
  const isList = DataType.isFixedSizeList(type) || DataType.isList(type)
  return (
    isNumeric ||
    DataType.isBool(type) ||
    DataType.isUtf8(type) ||
    DataType.isLargeUtf8(type) ||
    (isList && isReadable(type.valueType))
  )
}

/** Lists come as typed arrays, without a copy. */
function* valuesOf(batch: RecordBatch, name: string): Generator<unknown> {
  const column = batch.getChild(name)
  if (column === null) return
  for (let row = 0; row < column.length; row++) {
    const value: unknown = column.get(row)
    const isVector = typeof value === 'object' && value !== null && 'toArray' in value
    yield isVector ? (value as {toArray(): ArrayLike<number>}).toArray() : value
  }
}
