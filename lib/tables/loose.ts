import {open} from 'node:fs/promises'
import {UserError} from '../user-error.ts'
import type {LooseTable} from './loose/table.ts'

/**
 * Reads numbers, texts and vectors from an .npy, Parquet or Arrow IPC file; the first bytes say which it is. Columns of other
 * types are left out. Throws UserError for a file that is missing, damaged, or none of these.
 */
export async function readLoose(path: string): Promise<LooseTable> {
  switch (await findFormat(path)) {
    case 'npy':
      return (await import('./loose/npy.ts')).readNpy(path)
    case 'parquet':
      return (await import('./loose/parquet.ts')).readParquet(path)
    case 'arrow':
      return (await import('./loose/arrow.ts')).readArrow(path)
  }
}

const streamMark = '\xFF\xFF\xFF\xFF'
const magics = {npy: '\x93NUMPY', parquet: 'PAR1', arrow: 'ARROW1'} as const

/** Which of the formats a file has, by its first bytes. */
export async function findFormat(path: string): Promise<keyof typeof magics> {
  const head = await readHead(path)
  for (const [format, magic] of Object.entries(magics)) if (head.startsWith(magic)) return format as keyof typeof magics
  throw new UserError(
    `${path} is no .npy, Parquet or Arrow IPC file (it begins with ${JSON.stringify(head)}${head.startsWith(streamMark) ? ', as a stream of Arrow does' : ''}). ` +
      'Save it as one of these: numpy.save, DataFrame.to_parquet, polars.DataFrame.write_ipc.',
  )
}

async function readHead(path: string): Promise<string> {
  try {
    const handle = await open(path)
    try {
      const {bytesRead, buffer} = await handle.read(Buffer.alloc(6), 0, 6, 0)
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}. Give another file.`, {cause: error})
  }
}
