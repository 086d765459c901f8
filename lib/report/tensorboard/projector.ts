import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import type {Analysis} from '../analysis/analyse.ts'
import {sampleRows} from '../analysis/sample.ts'
import type {Pictures} from '../pictures.ts'

/** TensorBoard's projector keeps all points in the browser. */
const largestCount = 5000
const side = 48

/** Writes what TensorBoard's projector opens: vectors, classes and a sprite of the pictures; a sample of a large set. */
export async function writeProjector(folder: string, {tables}: Analysis, pictures: Pictures): Promise<void> {
  const {described} = tables
  if (described === undefined) return
  const {id, dim, vectors} = described
  const rows = sampleRows(id.length, largestCount, 'projector')
  const ids = rows.map((row) => id[row]!)
  const numbers = rows.map((row) => [...vectors.subarray(row * dim, (row + 1) * dim)].join('\t'))
  const names = ids.map((image) => `${image}\t${pictures.nameOf(image).replaceAll(/[\t\r\n]/g, ' ')}`)
  await writeFile(join(folder, 'descriptors.tsv'), lines(numbers))
  await writeFile(join(folder, 'classes.tsv'), lines(['image\tclass', ...names]))
  await writeFile(join(folder, 'sprite.png'), (await pictures.sprite(ids, side, 'png')).data)
  await writeFile(join(folder, 'projector_config.pbtxt'), describeFiles(`descriptors of epoch ${tables.epoch}`))
}

/** ProjectorConfig as protobuf text. */
function describeFiles(name: string): string {
  return `embeddings {
  tensor_name: ${JSON.stringify(name)}
  tensor_path: "descriptors.tsv"
  metadata_path: "classes.tsv"
  sprite {
    image_path: "sprite.png"
    single_image_dim: ${side}
    single_image_dim: ${side}
  }
}
`
}

function lines(rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('')
}
