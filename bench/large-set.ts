import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import sharp from 'sharp'
import {listImages} from '../lib/data/list-images.ts'
import {dataParameters} from '../lib/data/parameters.ts'
import {openRandom} from '../lib/random.ts'

/** What it costs to list, hash and check a data set of the size of Stanford Online Products: CPU seconds and largest resident memory. */
async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'nearmiss-large-'))
  try {
    const bytes = await drawLargeSet(root)
    const before = process.cpuUsage()
    const data = dataParameters.parse({format: 'sop', root, protocol: 'official', strict: true})
    const {images} = await listImages(data, {
      onProgress: (done, total) => {
        if (done % 20_000 === 0) console.log(`${done} of ${total}`)
      },
    })
    const {user, system} = process.cpuUsage(before)
    const megabytes = process.resourceUsage().maxRSS / 1024
    console.log(
      `${images.id.length} files, ${Math.round(bytes / 1e6)} MB: ${((user + system) / 1e6).toFixed(0)} CPU s, ${megabytes.toFixed(0)} MB resident`,
    )
  } finally {
    rmSync(root, {recursive: true})
  }
}

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
async function drawLargeSet(root: string): Promise<number> {
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

await main()
