import {resolve} from 'node:path'
import pLimit from 'p-limit'
import sharp from 'sharp'
import type {ImagesTable} from '../tables/images.ts'

/** A small copy of a picture that needs no file beside the page. */
export interface Thumbnail {
  /** `data:image/webp;base64,…`; of a file that cannot be read, a drawing that says so. */
  readonly source: string
  readonly width: number
  readonly height: number
}

/** Many small pictures in one, in rows from the left. */
export interface Sprite {
  readonly data: Buffer
  readonly columns: number
  /** Pixels of a cell's side. */
  readonly side: number
}

/** The pictures of a data set by image id, made small. */
export interface Pictures {
  nameOf(id: number): string
  /** JPEG for drawings that other programs open, which know no WebP. */
  thumbnail(id: number, format?: 'webp' | 'jpeg'): Promise<Thumbnail>
  /** Cells of pictures cut to squares; blank where a file cannot be read. */
  sprite(ids: ArrayLike<number>, side: number, format: 'webp' | 'png'): Promise<Sprite>
  /** How many pictures could not be read so far. */
  unreadable(): number
}

/** Longer side of a thumbnail, in pixels. */
const thumbnailSide = 112

/** Opens the pictures of a table of images; only files under its root are read. */
export function openPictures(images: ImagesTable): Pictures {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  const limit = pLimit(4)
  const made = new Map<string, Promise<Thumbnail>>()
  const failed = new Set<number>()
  const fileOf = (id: number) => resolve(images.root, images.path[rowOf.get(id) ?? -1] ?? '')
  const decode = (id: number) =>
    sharp(fileOf(id), {failOn: 'none', limitInputPixels: 1e8}).flatten({background: 'white'})

  const thumbnail = (id: number, format: 'webp' | 'jpeg' = 'webp') => {
    const known = made.get(`${format} ${id}`)
    if (known !== undefined) return known
    const making = limit(async () => {
      try {
        const size = {width: thumbnailSide, height: thumbnailSide, fit: 'inside', withoutEnlargement: true} as const
        const small = decode(id).resize(size).toFormat(format, {quality: 72})
        const {data, info} = await small.toBuffer({resolveWithObject: true})
        return {
          source: `data:image/${format};base64,${data.toString('base64')}`,
          width: info.width,
          height: info.height,
        }
      } catch {
        failed.add(id) // gone or damaged since the data set was listed: the page says how many
        return placeholder
      }
    })
    made.set(`${format} ${id}`, making)
    return making
  }

  return {
    nameOf: (id) => images.className[rowOf.get(id) ?? -1] ?? `image ${id}`,
    thumbnail,
    unreadable: () => failed.size,
    sprite: async (ids, side, format) => {
      const cells = await Promise.all(
        Array.from(ids, (id) =>
          limit(async () => {
            try {
              return await decode(id).resize(side, side, {fit: 'cover'}).toColourspace('srgb').raw().toBuffer()
            } catch {
              failed.add(id)
              return undefined
            }
          }),
        ),
      )
      return {data: await encodeSprite(cells, side, format), columns: columnsOf(cells.length), side}
    },
  }
}

/** TensorBoard wants the rows of a sprite as long as there are rows. */
function columnsOf(cellCount: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(cellCount)))
}

function encodeSprite(cells: readonly (Buffer | undefined)[], side: number, format: 'webp' | 'png'): Promise<Buffer> {
  const columns = columnsOf(cells.length)
  const width = columns * side
  const pixels = Buffer.alloc(width * width * 3, 255)
  for (const [i, cell] of cells.entries()) {
    if (cell?.length !== side * side * 3) continue
    const [left, top] = [(i % columns) * side, Math.floor(i / columns) * side]
    for (let y = 0; y < side; y++) {
      cell.copy(pixels, ((top + y) * width + left) * 3, y * side * 3, (y + 1) * side * 3)
    }
  }
  const picture = sharp(pixels, {raw: {width, height: width, channels: 3}})
  return (format === 'webp' ? picture.webp({quality: 60}) : picture.png()).toBuffer()
}

const placeholder: Thumbnail = {
  source: `data:image/svg+xml;base64,${Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="#888"/><text x="48" y="52" font-size="13" font-family="sans-serif" text-anchor="middle" fill="#fff">no picture</text></svg>',
  ).toString('base64')}`,
  width: 96,
  height: 96,
}
