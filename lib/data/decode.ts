import sharp from 'sharp'
import {UserError} from '../user-error.ts'
import type {RgbImage} from './transforms/resample.ts'

// One thread a picture (many pictures are decoded at once), and no cache of libvips' own: the same file rarely returns.
sharp.concurrency(1)
sharp.cache(false)

const maximumMegapixels = 100

/**
 * Decodes a picture to RGB, equal to Pillow's `Image.open(f).convert('RGB')` for all but CMYK: transparency is dropped
 * without blending and the EXIF rotation is ignored.
 * @throws UserError with the reason, without the file's name: not a picture, cut short, damaged, over 100 megapixels.
 */
export async function decode(file: Uint8Array): Promise<RgbImage> {
  if (file.length === 0) throw new UserError('is empty')
  const options = {failOn: 'truncated', limitInputPixels: maximumMegapixels * 1e6} as const
  try {
    const picture = sharp(file, options).toColourspace('srgb').removeAlpha().raw()
    const {data, info} = await picture.toBuffer({resolveWithObject: true})
    if (info.channels !== 3) throw new Error(`${info.channels} channels instead of 3`)
    return {pixels: data, width: info.width, height: info.height}
  } catch (error) {
    throw new UserError(explain(error))
  }
}

function explain(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split('\n')
  // libvips says one thing for every line of pixels that it stumbles over.
  const message = [...new Set(lines.map((line) => line.replace(/^Input buffer has corrupt header: /, '')))].join('; ')
  if (message.includes('unsupported image format')) return 'is not a picture (JPEG, PNG, WebP, TIFF or GIF)'
  if (message.includes('exceeds pixel limit')) return `has more than ${maximumMegapixels} megapixels`
  return `is cut short or damaged (${message})`
}
