import type {ImagesTable} from '../../tables/images.ts'
import type {LoaderOptions} from '../loader.ts'

/** What a loader has to know of some rows of the table of images: where they are, and what is used of each. */
export function sourcesOf(
  images: ImagesTable,
  rows: readonly number[],
): Required<Pick<LoaderOptions, 'root' | 'paths' | 'boxes'>> {
  const ofRows = <T>(value: (row: number) => T) => new Map(rows.map((row) => [images.id[row]!, value(row)]))
  return {
    root: images.root,
    paths: ofRows((row) => images.path[row]!),
    boxes: ofRows((row) => ({
      left: images.boxLeft[row]!,
      top: images.boxTop[row]!,
      width: images.boxWidth[row]!,
      height: images.boxHeight[row]!,
    })),
  }
}
