import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import {availableParallelism} from 'node:os'
import {join} from 'node:path'
import {UserError} from '../user-error.ts'
import {decode} from './decode.ts'
import type {RgbImage} from './transforms/resample.ts'

/** A file that was read and decoded; with a problem, sizes are 0. */
export interface CheckedFile {
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly sha256: string
  /** A sentence that starts with the path, when the file cannot be used. */
  readonly problem?: string
}

/**
 * Reads, hashes and decodes every file; results are in the order of `paths`. Decoding runs in libvips' threads, one picture
 * per core at a time, so memory stays at a few pictures however many files there are.
 */
export async function checkFiles(
  root: string,
  paths: readonly string[],
  {
    onProgress = () => {},
    onPicture = () => {},
  }: {
    onProgress?: ((done: number, total: number) => void) | undefined
    /** Sees every picture that was decoded, with its place in `paths`. */
    onPicture?: ((place: number, picture: RgbImage) => void) | undefined
  } = {},
): Promise<CheckedFile[]> {
  const results = new Array<CheckedFile>(paths.length)
  let next = 0
  let done = 0
  const lane = async () => {
    for (let place = next++; place < paths.length; place = next++) {
      results[place] = await checkFile(root, paths[place]!, (picture) => onPicture(place, picture))
      onProgress(++done, paths.length)
    }
  }
  // One lane more than cores: a lane that waits for the disk or for hashing leaves no core idle.
  await Promise.all(Array.from({length: availableParallelism() + 1}, lane))
  // libvips has one buffer of error texts for all its threads: read again alone, a damaged file gets its own text.
  for (const [place, {problem}] of results.entries()) {
    if (problem !== undefined) results[place] = await checkFile(root, paths[place]!)
  }
  return results
}

async function checkFile(
  root: string,
  path: string,
  onPicture: (picture: RgbImage) => void = () => {},
): Promise<CheckedFile> {
  const unusable = (reason: string): CheckedFile => ({
    width: 0,
    height: 0,
    bytes: 0,
    sha256: '',
    problem: `${path} ${reason}`,
  })
  try {
    const file = await readFile(join(root, path))
    const picture = await decode(file)
    onPicture(picture)
    const {width, height} = picture
    return {width, height, bytes: file.length, sha256: createHash('sha256').update(file).digest('hex')}
  } catch (error) {
    if (error instanceof UserError) return unusable(error.message)
    const {code} = error as NodeJS.ErrnoException
    return unusable(
      code === 'ENOENT' ? 'is not there, or a link that leads nowhere' : `cannot be read (${code ?? error})`,
    )
  }
}
