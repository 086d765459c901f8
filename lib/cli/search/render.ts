import type {ImagesTable} from '../../tables/images.ts'
import type {Paint} from '../text/paint.ts'
import {renderTable} from '../text/table.ts'
import type {Found, Gallery} from './gallery.ts'
import type {SearchedState} from './open.ts'

/** A found image with what the data set says about it. */
export interface FoundImage extends Found {
  readonly rank: number
  readonly className: string
  readonly split: string
  readonly path: string
  /** The very file that was searched with. */
  readonly isSame: boolean
}

/** Looks found images up in the table of images. */
export function lookUp(found: readonly Found[], images: ImagesTable, sha256: string): FoundImage[] {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  return found.map(({image, distance}, i) => {
    const row = rowOf.get(image) ?? -1
    return {
      rank: i + 1,
      image,
      distance,
      className: images.className[row] ?? '',
      split: images.split[row] ?? '',
      path: images.path[row] ?? '',
      isSame: images.sha256[row] === sha256,
    }
  })
}

/** Lines of the table of found images. */
export function renderFound(found: readonly FoundImage[], paint: Paint): string[] {
  const rows = found.map(({rank, distance, className, image, path, isSame}) => [
    String(rank),
    distance.toFixed(4),
    className,
    String(image),
    path,
    isSame ? 'the same file' : '',
  ])
  const [titles, ...lines] = renderTable(
    [
      {title: 'rank', align: 'right'},
      {title: 'distance', align: 'right'},
      {title: 'class', align: 'left'},
      {title: 'image', align: 'right'},
      {title: 'file', align: 'left'},
      {title: '', align: 'left'},
    ],
    rows,
  )
  return [paint('strong', titles!), ...lines]
}

/** What was searched, and how exactly, a sentence each. */
export function describeSearch({request, epoch}: SearchedState, gallery: Gallery): string[] {
  const recalls = gallery.recalls.map(
    ({split, recall, at}) => `${split} ${recall.toFixed(4)} of the true ${at} nearest`,
  )
  return [
    `Run ${request.run}, ${epoch === 0 ? 'the untrained model' : `after epoch ${epoch}`}: ${gallery.imageCount.toLocaleString('en-US')} images, distances of unit vectors.`,
    `The search is approximate (HNSW). Measured when the index was built, it finds: ${recalls.join(', ')}.`,
  ]
}
