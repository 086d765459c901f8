import {sourcesOf} from '../../lib/data/loader/sources.ts'
import {openLoader} from '../../lib/data/loader.ts'
import {type Transforms, transformList} from '../../lib/data/transforms/parameters.ts'
import type {ModelFile} from '../../lib/model/checkpoint.ts'
import type {StageContext} from '../../lib/pipeline/stage.ts'
import {deriveSeed} from '../../lib/random.ts'
import {writeDescriptors} from '../../lib/tables/descriptors.ts'
import {type ImagesTable, readImages, rowsOfSplit} from '../../lib/tables/images.ts'
import type {ExtractDescriptorsValues} from '../parameters.ts'
import {openDescriber} from './describer.ts'
import {refuseSides} from './refuse-sides.ts'

/** Small batches cost the engine little and keep memory flat (docs/engine.md). */
const batchSize = 32

/** Describes every image of one split by a model's unit-length descriptor, in ascending image id. */
export async function describeSplit(
  model: ModelFile,
  {split, precision, image, transform, seed = 0, epoch = 0}: Omit<ExtractDescriptorsValues, 'model'>,
  context: StageContext<unknown>,
): Promise<void> {
  const images = await readImages(context.inputs.images!)
  const rows = rowsOfSplit(images, split)
  const transforms: Transforms = transform ?? transformList.parse(model.preprocessing.transforms)
  const multiscale = image?.multiscale
  refuseSides({backbone: model.spec.backbone, transforms, scales: multiscale?.scales})
  const {dim, describe, dispose} = await openDescriber(model, {precision, multiscale})
  const loader = openLoader({
    ...sourcesOf(images, rows),
    transforms,
  })
  const started = performance.now()
  const vectors = new Float32Array(rows.length * dim)
  let done = 0
  let waitMs = 0
  try {
    for await (const loaded of loader.batches(planBatches(images, rows, {seed, epoch}))) {
      context.signal.throwIfAborted()
      vectors.set(describe(loaded.batch), done * dim)
      done += loaded.batch.count
      waitMs += loaded.waitMs
      loaded.release()
      const rate = done / ((performance.now() - started) / 1000)
      context.progress({done, total: rows.length, unit: 'images', figures: {'images/s': rate}})
    }
  } finally {
    await loader.close()
    dispose()
  }
  context.report({
    images: done,
    images_per_second: (done * 1000) / (performance.now() - started),
    loader_wait_ms: waitMs,
  })
  const id = Int32Array.from(rows, (row) => images.id[row]!)
  const extraction = {transforms, ...(multiscale && {multiscale})}
  await writeDescriptors(context.outputs.descriptors!, {id, dim, vectors}, extraction)
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
