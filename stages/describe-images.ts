import {readdir} from 'node:fs/promises'
import {openLoader} from '../lib/data/loader.ts'
import {transformList} from '../lib/data/transforms/parameters.ts'
import {readModel} from '../lib/model/checkpoint.ts'
import type {StageContext} from '../lib/pipeline/stage.ts'
import {writeDescriptors} from '../lib/tables/descriptors.ts'
import {openDescriber} from './extract/describer.ts'
import type {DescribeImagesValues} from './parameters.ts'

const batchSize = 32

/** Describes the pictures of a folder, whatever they show: ids count from 0 through the names in order. */
export async function run(context: StageContext<DescribeImagesValues>): Promise<void> {
  const folder = context.inputs.pictures!
  const names = (await readdir(folder)).sort()
  const {
    model: {backbone},
    image,
  } = context.values
  const model = await readModel(context.inputs.model!, backbone)
  const {dim, describe, dispose} = await openDescriber(model, {precision: 'float32', multiscale: image?.multiscale})
  const loader = openLoader({
    root: folder,
    paths: new Map(names.map((name, id) => [id, name])),
    transforms: transformList.parse(model.preprocessing.transforms),
  })
  const vectors = new Float32Array(names.length * dim)
  let done = 0
  try {
    for await (const {batch, release} of loader.batches(planBatches(names.length))) {
      vectors.set(describe(batch), done * dim)
      done += batch.count
      release()
      context.progress({done, total: names.length, unit: 'images'})
    }
  } finally {
    await loader.close()
    dispose()
  }
  await writeDescriptors(context.outputs.descriptors!, {id: Int32Array.from(names.keys()), dim, vectors})
}

/** Transforms of measured images are exact: their seeds are not looked at. */
function planBatches(count: number) {
  return Array.from({length: Math.ceil(count / batchSize)}, (_, index) => {
    const length = Math.min(batchSize, count - index * batchSize)
    return {images: Int32Array.from({length}, (_, i) => index * batchSize + i), seeds: new Uint32Array(length)}
  })
}
