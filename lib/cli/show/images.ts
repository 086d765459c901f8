import {readImages} from '../../tables/images.ts'

/** What a person knows an image by: birds, not numbers. */
export interface NamedImage {
  readonly className: string
  /** Relative to the data set's root. */
  readonly path: string
}

/** Images by id. */
export type ImageNames = ReadonlyMap<number, NamedImage>

/** The names of the run's table of images; empty where the run has none. */
export async function loadImageNames(imagesFile: string | undefined): Promise<ImageNames> {
  if (imagesFile === undefined) return new Map()
  const {id, className, path} = await readImages(imagesFile)
  return new Map(Array.from(id, (image, row) => [image, {className: className[row]!, path: path[row]!}]))
}
