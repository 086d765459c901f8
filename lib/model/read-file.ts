import {type FileHandle, open} from 'node:fs/promises'

// One read call cannot return more than 2^31 - 1 bytes.
const readBytes = 2 ** 30

/** Opens a file for reading. Throws with a reason in words for what is missing, a folder or empty. */
export async function openForReading(path: string): Promise<{handle: FileHandle; size: number}> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? 'there is no such file' : error.message, {cause: error})
  })
  const stat = await handle.stat()
  const problem = stat.isDirectory()
    ? 'it is a folder'
    : !stat.isFile()
      ? 'it is no regular file'
      : stat.size === 0
        ? 'it is empty'
        : ''
  if (problem === '') return {handle, size: stat.size}
  await handle.close()
  throw new Error(problem)
}

/** Reads exactly `length` bytes at a position. Throws RangeError when the file ends before. */
export async function readExactly(
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    const {bytesRead} = await handle.read(bytes, done, Math.min(readBytes, length - done), position + done)
    if (bytesRead === 0) throw new RangeError(`it is cut short: ${length} bytes at ${position} are not all there`)
    done += bytesRead
  }
  return bytes
}
