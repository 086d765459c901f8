import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import sharp from 'sharp'
import {openRandom} from '../lib/random.ts'

const kinds = [
  'bicycle',
  'cabinet',
  'chair',
  'coffee_maker',
  'fan',
  'kettle',
  'lamp',
  'mug',
  'sofa',
  'stapler',
  'table',
  'toaster',
]

/** As the publication counts Stanford Online Products. */
const sides = {train: {classes: 11_318, images: 59_551}, test: {classes: 11_316, images: 60_502}}

/**
 * Draws a look-alike of Stanford Online Products: its 120,053 files, names and lists, with pictures of a few pixels that differ in a comment.
 * Returns the number of bytes written.
 */
export async function drawLargeSet(root: string): Promise<number> {
  const pictures = await Promise.all(Array.from({length: 16}, (_, number) => drawPicture(number)))
  for (const kind of kinds) mkdirSync(join(root, `${kind}_final`), {recursive: true})
  let id = 0
  let classId = 0
  let bytes = 0
  for (const [side, {classes, images}] of Object.entries(sides)) {
    const lines = ['image_id class_id super_class_id path']
    for (let own = 0; own < classes; own++) {
      classId++
      const kind = classId % kinds.length
      const [from, to] = [own, own + 1].map((edge) => Math.floor((edge * images) / classes))
      for (let place = 0; place < to! - from!; place++) {
        id++
        const path = `${kinds[kind]}_final/${111_085_000_000 + classId}_${place}.JPG`
        lines.push(`${id} ${classId} ${kind + 1} ${path}`)
        const file = withComment(pictures[id % pictures.length]!, `picture ${id}`)
        writeFileSync(join(root, path), file)
        bytes += file.length
      }
    }
    writeFileSync(join(root, `Ebay_${side}.txt`), `${lines.join('\n')}\n`)
  }
  return bytes
}

function drawPicture(number: number): Promise<Buffer> {
  const random = openRandom('large-set', number)
  const [width, height] = [24 + random.below(16), 24 + random.below(16)]
  const pixels = Uint8Array.from({length: width * height * 3}, () => random.below(256))
  return sharp(pixels, {raw: {width, height, channels: 3}})
    .jpeg()
    .toBuffer()
}

/** A JPEG comment behind the first marker: other bytes, the same picture. */
function withComment(jpeg: Buffer, text: string): Buffer {
  const comment = Buffer.alloc(4 + text.length)
  comment.writeUInt16BE(0xfffe)
  comment.writeUInt16BE(2 + text.length, 2)
  comment.write(text, 4, 'latin1')
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
}
