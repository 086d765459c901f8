import {realpath} from 'node:fs/promises'
import {resolve, sep} from 'node:path'
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

/** Opens the pictures of a table of images. With `within`, links that lead out of this folder are not followed. */
export function openPictures(images: ImagesTable, {within}: {within?: string} = {}): Pictures {
  const rowOf = new Map(Array.from(images.id, (id, row) => [id, row]))
  const limit = pLimit(4)
  const failed = new Set<number>()
  const fileOf = async (id: number) => {
    const file = resolve(images.root, images.path[rowOf.get(id) ?? -1] ?? '')
    return within === undefined ? file : confine(file, within)
  }

  const thumbnail = (id: number, format: 'webp' | 'jpeg' = 'webp') =>
    limit(async () => {
      try {
        return await shrink(await fileOf(id), format)
      } catch {
        failed.add(id) // gone or damaged since the data set was listed: the page says how many
        return placeholder
      }
    })

  const cell = async (id: number, side: number) => {
    try {
      const square = decode(await fileOf(id)).resize(side, side, {fit: 'cover'})
      return await square.toColourspace('srgb').raw().toBuffer()
    } catch {
      failed.add(id)
      return undefined
    }
  }

  return {
    nameOf: (id) => images.className[rowOf.get(id) ?? -1] ?? `image ${id}`,
    thumbnail,
    unreadable: () => failed.size,
    sprite: async (ids, side, format) => {
      const cells = await Promise.all(Array.from(ids, (id) => limit(() => cell(id, side))))
      return {data: await encodeSprite(cells, side, format), columns: columnsOf(cells.length), side}
    },
  }
}

/** A small copy of a picture, given by its file or its bytes. Throws where it is none. */
export async function shrink(picture: string | Uint8Array, format: 'webp' | 'jpeg' = 'webp'): Promise<Thumbnail> {
  const size = {width: thumbnailSide, height: thumbnailSide, fit: 'inside', withoutEnlargement: true} as const
  const small = decode(picture).resize(size).toFormat(format, {quality: 72})
  const {data, info} = await small.toBuffer({resolveWithObject: true})
  return {source: `data:image/${format};base64,${data.toString('base64')}`, width: info.width, height: info.height}
}

function decode(picture: string | Uint8Array) {
  return sharp(picture, {failOn: 'none', limitInputPixels: 1e8}).flatten({background: 'white'})
}

/** The file itself, links followed. Throws where it is not inside the folder. */
async function confine(file: string, folder: string): Promise<string> {
  const [real, root] = [await realpath(file), await realpath(folder)]
  if (!real.startsWith(`${root}${sep}`)) throw new Error(`${file} leads out of ${folder}`)
  return real
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
