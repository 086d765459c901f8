import {isOwnModule} from '../own-module.ts'
import type {DataSet, Reader} from './formats/data-set.ts'
import {readOwnDataSet} from './own-data-set.ts'
import type {DataParameters} from './parameters.ts'

/** Reads the index of a data set. Only the reader's own module is loaded, so that another reader never changes the keys of this one. */
export async function readDataSet(
  {format, manifest, crop_to_boxes, own}: Pick<DataParameters, 'format' | 'manifest' | 'crop_to_boxes' | 'own'>,
  root: string,
): Promise<DataSet> {
  if (isOwnModule(format)) return readOwnDataSet(format, root, {manifest, boxes: crop_to_boxes, own})
  const {read} = (await import(new URL(`formats/${format}.ts`, import.meta.url).href)) as {read: Reader}
  return read(root, {manifest, boxes: crop_to_boxes})
}
