import {readImages} from '../../tables/images.ts'

/** Finds the class of an image by its id, for people who know birds, not numbers. */
export type ClassNames = ReadonlyMap<number, string>

/** Class names by image id, from the run's table of images; empty where the run has none. */
export async function loadClassNames(imagesFile: string | undefined): Promise<ClassNames> {
  if (imagesFile === undefined) return new Map()
  const {id, className} = await readImages(imagesFile)
  return new Map(Array.from(id, (image, row) => [image, className[row]!]))
}
