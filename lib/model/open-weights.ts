import {UserError} from '../user-error.ts'
import {openForReading, readExactly} from './read-file.ts'
import {openSafetensors} from './safetensors.ts'
import type {TensorSource} from './tensor-source.ts'
import {openTorchFile} from './torch-file.ts'

/**
 * Opens a file of torch.save or of safetensors, whatever its name ends with: the format is known by the first bytes, a zip, a pickle (0x80), or a
 * length and the brace of a safetensors header. Throws UserError when it is missing, damaged, hostile or something else.
 */
export async function openWeights(path: string): Promise<TensorSource> {
  const begin = Buffer.from(await readBeginning(path))
  if (begin.toString('latin1', 0, 2) === 'PK' || begin[0] === 0x80) return openTorchFile(path)
  if (begin[8] === 0x7b || path.endsWith('.safetensors')) return openSafetensors(path)
  throw new UserError(
    `${path} cannot be imported: it is neither a file of torch.save nor safetensors. Give one of these.`,
  )
}

async function readBeginning(path: string): Promise<Uint8Array> {
  try {
    const {handle, size} = await openForReading(path)
    try {
      return await readExactly(handle, 0, Math.min(9, size))
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new UserError(`${path} cannot be imported: ${(error as Error).message}. Give a .pth or .safetensors file.`, {
      cause: error,
    })
  }
}
