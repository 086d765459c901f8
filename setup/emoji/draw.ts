import {createHash} from 'node:crypto'
import {mkdir, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {getIconData, iconToSVG} from '@iconify/utils'
import pLimit from 'p-limit'
import sharp from 'sharp'
import type {EmojiClass} from './classes.ts'
import type {DrawingSet} from './sets.ts'

const size = 96

/**
 * Draws every class into a folder of its own, one PNG on white for each vendor, and returns the sha256 over all of them
 * (file names and contents, in order): the same packages give the same bytes.
 */
export async function drawClasses(
  classes: readonly EmojiClass[],
  sets: readonly DrawingSet[],
  folder: string,
): Promise<string> {
  sharp.concurrency(1)
  const limit = pLimit(8)
  const bySet = new Map(sets.map((set) => [set.vendor, set]))
  const hashes = await limit.map(classes, async ({folder: name, drawings}) => {
    await mkdir(join(folder, name))
    const hash = createHash('sha256')
    for (const [vendor, drawing] of drawings) {
      const picture = await draw(bySet.get(vendor)!, drawing)
      await writeFile(join(folder, name, `${vendor}.png`), picture)
      hash.update(`${name}/${vendor}.png\n`).update(picture)
    }
    return hash.digest('hex')
  })
  return createHash('sha256').update(hashes.join('\n')).digest('hex')
}

/** One drawing as a PNG of 96 x 96 pixels on white. */
export async function draw(set: DrawingSet, name: string): Promise<Buffer> {
  const icon = getIconData(set.icons, name)
  if (icon === null) throw new Error(`${set.vendor} has no drawing ${name}`)
  const {body, attributes} = iconToSVG(icon, {width: size, height: size})
  const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
  const svg = `<svg ${namespaces} width="${size}" height="${size}" viewBox="${attributes.viewBox}">${body}</svg>`
  return sharp(Buffer.from(svg)).flatten({background: 'white'}).png().toBuffer()
}
