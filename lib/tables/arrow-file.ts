import {type FileHandle, open} from 'node:fs/promises'
import {type AsyncRecordBatchFileReader, Message, type RecordBatch, RecordBatchReader, type Schema} from 'apache-arrow'
import {UserError} from '../user-error.ts'
import {checkFlatbuffer, footerShape, footerSlots, recordBatchShape} from './flatbuffer.ts'

/** An Arrow IPC file, open for reading one record batch at a time, so files above 2 GiB and above memory can be read. */
export interface ArrowFile {
  readonly schema: Schema
  /** As its headers claim; the bodies are `bodyBytes` long in total. */
  readonly rowCount: number
  readonly bodyBytes: number
  /** Reads the record batches in file order. Throws UserError where one is damaged. */
  batches(): AsyncGenerator<RecordBatch>
  close(): Promise<void>
}

/** Opens an Arrow IPC file. Throws UserError, naming file and reason, for what is missing, foreign, truncated or damaged. */
export async function openArrowFile(path: string): Promise<ArrowFile> {
  const handle = await openFile(path)
  try {
    const footer = await readFooter(handle)
    const reader = await RecordBatchReader.from(handle)
    await reader.open()
    if (!reader.isFile()) throw new Damage('it is no Arrow IPC file')
    let rowCount = 0
    let bodyBytes = 0
    for (let index = 0; index < footer.batchCount; index++) {
      const header = await checkBatchHeader(handle, reader.footer?.getRecordBatch(index) ?? undefined, footer.start)
      rowCount += header.rowCount
      bodyBytes += header.bodyBytes
    }
    return {
      schema: reader.schema,
      rowCount,
      bodyBytes,
      close: () => handle.close(),
      async *batches() {
        for (let index = 0; index < footer.batchCount; index++) {
          yield await readBatch(path, reader, index)
        }
      },
    }
  } catch (error) {
    await handle.close()
    throw explain(path, error)
  }
}

/** What to throw for an error of reading: damaged headers make the library throw all kinds of errors. */
export function explain(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error
  const message = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
  // Feather files are, unless they are asked not to be.
  if (message.includes('codec not found'))
    return new UserError(
      `${path} is compressed, which is not read. Write it with compression "uncompressed", or as Parquet.`,
    )
  const isOurs = error instanceof Damage || (error as NodeJS.ErrnoException).syscall !== undefined
  return damaged(path, isOurs ? message : `its headers are damaged (${message})`, error)
}

/** The error for a file that cannot be what it is taken for. */
export function damaged(path: string, reason: string, cause?: unknown): UserError {
  return new UserError(`${path} is no readable table: ${reason}. Make it again, or give another file.`, {cause})
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    throw damaged(path, code === 'ENOENT' ? 'there is no such file' : message)
  }
  throw damaged(path, 'it is no regular file')
}

// File layout: "ARROW1" + 2 bytes of padding, schema, record batches, footer, length of the footer (int32), "ARROW1".
const magic = 'ARROW1'
const headBytes = 8
const tailBytes = 4 + magic.length

async function readFooter(handle: FileHandle): Promise<{batchCount: number; start: number}> {
  const {size} = await handle.stat()
  if (size < headBytes + tailBytes) throw new Damage(`it has only ${size} bytes`)
  const head = await readAt(handle, 0, magic.length)
  if (head.toString('latin1') !== magic) throw new Damage(`it does not begin as an Arrow IPC file does (${magic})`)
  const tail = await readAt(handle, size - tailBytes, tailBytes)
  if (tail.toString('latin1', 4) !== magic)
    throw new Damage(`it does not end as an Arrow IPC file does (${magic}): cut short`)
  const length = tail.readInt32LE(0)
  const start = size - tailBytes - length
  if (length <= 0 || start < headBytes) throw new Damage(`its footer claims ${length} of ${size} bytes`)
  const counts = checkFlatbuffer(await readAt(handle, start, length), footerShape)
  if (counts.get(footerSlots.dictionaries)) throw new Damage('it has dictionary-encoded columns; write plain ones')
  return {batchCount: counts.get(footerSlots.recordBatches) ?? 0, start}
}

async function checkBatchHeader(
  handle: FileHandle,
  block: {offset: number; metaDataLength: number; bodyLength: number} | undefined,
  end: number,
): Promise<{rowCount: number; bodyBytes: number}> {
  if (block === undefined) throw new Damage('its footer lists a record batch that is not there')
  const {offset, metaDataLength, bodyLength} = block
  if (offset < headBytes || metaDataLength < 8 || bodyLength < 0 || offset + metaDataLength + bodyLength > end) {
    throw new Damage(
      `a record batch (${metaDataLength} + ${bodyLength} bytes at ${offset}) does not lie before the footer`,
    )
  }
  const header = await readAt(handle, offset, metaDataLength)
  // Since Arrow 0.15 a message begins with 0xffffffff and its length; before, with the length alone.
  const prefix = header.readInt32LE(0) === -1 ? 8 : 4
  const claimed = header.readInt32LE(prefix - 4)
  if (claimed < 0 || prefix + claimed > metaDataLength)
    throw new Damage(`a record batch header claims ${claimed} bytes`)
  checkFlatbuffer(header.subarray(prefix), recordBatchShape)
  const message = Message.decode(header.subarray(prefix))
  if (!message.isRecordBatch()) throw new Damage('its footer points to something that is no record batch')
  const rowCount = message.header().length
  if (rowCount < 0) throw new Damage(`a record batch claims ${rowCount} rows`)
  return {rowCount, bodyBytes: bodyLength}
}

async function readBatch(path: string, reader: AsyncRecordBatchFileReader, index: number): Promise<RecordBatch> {
  try {
    const batch = await reader.readRecordBatch(index)
    if (batch === null) throw new Damage(`its record batch ${index} cannot be found`)
    return batch
  } catch (error) {
    throw explain(path, error)
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const {bytesRead, buffer} = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new Damage('it became shorter while it was read')
  return buffer
}

/** A reason in our words, as the end of a sentence. */
class Damage extends Error {}
