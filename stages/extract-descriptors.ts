import {openLoader} from '../lib/data/loader.ts'
import {transformList} from '../lib/data/transforms/parameters.ts'
import {normaliseRows} from '../lib/engine/normalise-rows.ts'
import {readModel} from '../lib/model/checkpoint.ts'
import {openNetwork} from '../lib/model/network.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {deriveSeed} from '../lib/random.ts'
import {writeDescriptors} from '../lib/tables/descriptors.ts'
import {type ImagesTable, readImages, rowsOfSplit} from '../lib/tables/images.ts'
import type {ExtractDescriptorsValues} from './parameters.ts'

/** Small batches cost the engine little and keep memory flat (docs/engine.md). */
const batchSize = 32

/** Describes every image of one split by the model's unit-length descriptor, in ascending image id. */
export async function run(context: StageContext<ExtractDescriptorsValues>): Promise<void> {
  const {split, precision, transform, seed = 0, epoch = 0} = context.values
  const model = await readModel(context.inputs.model!, context.values.model.backbone)
  const images = await readImages(context.inputs.images!)
  const rows = rowsOfSplit(images, split)
  const network = await openNetwork(model.spec, model.weights, model.preprocessing, {
    precision,
    training: false,
  })
  const loader = openLoader({
    root: images.root,
    paths: new Map(Array.from(rows, (row) => [images.id[row]!, images.path[row]!])),
    transforms: transform ?? transformList.parse(model.preprocessing.transforms),
  })
  const started = performance.now()
  const vectors = new Float32Array(rows.length * network.dim)
  let done = 0
  let waitMs = 0
  try {
    for await (const loaded of loader.batches(planBatches(images, rows, {seed, epoch}))) {
      context.signal.throwIfAborted()
      vectors.set(network.describe(loaded.batch), done * network.dim)
      done += loaded.batch.count
      waitMs += loaded.waitMs
      loaded.release()
      const rate = done / ((performance.now() - started) / 1000)
      context.progress({done, total: rows.length, unit: 'images', figures: {'images/s': rate}})
    }
  } finally {
    await loader.close()
    network.dispose()
  }
  normaliseRows(vectors, network.dim)
  context.report({
    images: done,
    images_per_second: (done * 1000) / (performance.now() - started),
    loader_wait_ms: waitMs,
  })
  const id = Int32Array.from(rows, (row) => images.id[row]!)
  await writeDescriptors(context.outputs.descriptors!, {id, dim: network.dim, vectors})
}

/** The split's images in order, each with the seed of its random transform (unused by the exact ones). */
function planBatches(images: ImagesTable, rows: readonly number[], {seed, epoch}: {seed: number; epoch: number}) {
  return Array.from({length: Math.ceil(rows.length / batchSize)}, (_, index) => {
    const batch = rows.slice(index * batchSize, (index + 1) * batchSize)
    const ids = Int32Array.from(batch, (row) => images.id[row]!)
    return {
      images: ids,
      seeds: Uint32Array.from(ids, (id) => deriveSeed(seed, 'extract-descriptors', epoch, id)),
    }
  })
}
