import {sourcesOf} from '../lib/data/loader/sources.ts'
import {openLoader} from '../lib/data/loader.ts'
import {normaliseRows} from '../lib/engine/normalise-rows.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeDescriptors} from '../lib/tables/descriptors.ts'
import {readImages, rowsOfSplit} from '../lib/tables/images.ts'
import type {ExtractPixelsValues} from './parameters.ts'

const side = 16
const dim = side * side * 3
const batchSize = 256

/** Describes every image of a split by its own 16 x 16 pixels: the baseline that a trained descriptor has to beat. */
export async function run(context: StageContext<ExtractPixelsValues>): Promise<void> {
  const {split} = context.values
  const images = await readImages(context.inputs.images!)
  const rows = rowsOfSplit(images, split)
  const id = Int32Array.from(rows, (row) => images.id[row]!)
  const vectors = new Float32Array(rows.length * dim)
  const loader = openLoader({
    ...sourcesOf(images, rows),
    transforms: [{resize: side}, {center_crop: side}],
  })
  let done = 0
  try {
    for await (const {batch, release} of loader.batches(planBatches(id))) {
      vectors.set(batch.pixels, done * dim)
      done += batch.count
      release()
      context.progress({done, total: rows.length, unit: 'images'})
    }
  } finally {
    await loader.close()
  }
  normaliseRows(vectors, dim)
  await writeDescriptors(context.outputs.descriptors!, {id, dim, vectors})
}

function planBatches(id: Int32Array) {
  return Array.from({length: Math.ceil(id.length / batchSize)}, (_, index) => {
    const images = id.subarray(index * batchSize, (index + 1) * batchSize)
    return {images, seeds: new Uint32Array(images.length)}
  })
}
