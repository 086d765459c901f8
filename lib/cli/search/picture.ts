import sharp from 'sharp'

/** Formats of data sets; others (SVG, PDF, …) have loaders that read more than pictures, and stay shut. */
const formats: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp', 'tiff', 'gif'])

/** Pixels of the largest picture that is searched with. */
const largest = 50e6

/** Lets this process decode only what pictures of data sets are. */
export function shutOtherLoaders(): void {
  sharp.block({operation: ['VipsForeignLoad']})
  const names = ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Gif']
  sharp.unblock({operation: names.map((name) => `VipsForeignLoad${name}`)})
}

/** Why bytes cannot be searched with, as the end of a sentence; undefined when they are a picture, by content and to its last pixel. */
export async function findFlaw(bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.length === 0) return 'is empty'
  try {
    const picture = sharp(bytes, {failOn: 'truncated', limitInputPixels: largest})
    const {format} = await picture.metadata()
    if (!formats.has(format)) return 'is not a picture (JPEG, PNG, WebP, TIFF or GIF)'
    await picture.stats()
    return undefined
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error)
    if (message.includes('unsupported image format')) return 'is not a picture (JPEG, PNG, WebP, TIFF or GIF)'
    if (message.includes('exceeds pixel limit')) return `has more than ${largest / 1e6} megapixels`
    return 'is cut short or damaged'
  }
}
