import {open, rename} from 'node:fs/promises'
import {dirname} from 'node:path'
import {type DurableStep, durably} from './crash.ts'

/** Forces a file's or folder's contents to the disk: a rename that comes later can then never show less than this. */
export async function syncPath(path: string, step: DurableStep): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await durably(step, () => handle.sync())
  } finally {
    await handle.close()
  }
}

/** Replaces a small file of which the caller is the one writer: after a crash there is the old text or the new one, never a mixture. */
export async function replaceFile(
  path: string,
  text: string,
  steps: {sync: DurableStep; rename: DurableStep},
): Promise<void> {
  const next = `${path}.next`
  const handle = await open(next, 'w')
  try {
    await handle.writeFile(text)
    await durably(steps.sync, () => handle.sync())
  } finally {
    await handle.close()
  }
  await durably(steps.rename, () => rename(next, path))
  await syncPath(dirname(path), steps.sync)
}
